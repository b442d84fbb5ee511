"""How probably each store is among the lowest tenth, without draws: fast enough for a page of hundreds of stores."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.analysis.intervals import check_counts
from server.analysis.special import polygammas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.analysis.ranking import BetaPrior

# Of the threshold, in logits: no probability moves by as much.
NEAR_ENOUGH = 1e-9


def lowest_tenth(counts: Sequence[tuple[float, float]], prior: BetaPrior) -> list[float]:
    """The probability (0 to 1) of each store to be among the lowest tenth; together they are a tenth of the stores.

    Each store's posterior is Beta(alpha + x, beta + n - x), taken for normal in its logit. The threshold is the share below
    which a tenth of all stores are expected, after Lin, Louis, Paddock and Ridgeway (2006, Bayesian Analysis 1:915);
    `ranks` draws the same at a hundred times the price.

    Args:
        counts: (positive, presses) of each store; may be fractional.
        prior: what `fit_beta_binomial` found.

    Raises:
        ValueError: counts that can not be.
    """
    for positive, total in counts:
        check_counts(positive, total)
    posteriors = [_logit(prior.alpha + x, prior.beta + n - x) for x, n in counts]
    if not posteriors:
        return []
    tenth = max(1, len(posteriors) // 10)
    low = min(middle - 8 * deviation for middle, deviation in posteriors)
    high = max(middle + 8 * deviation for middle, deviation in posteriors)
    while high - low > NEAR_ENOUGH:
        at = (low + high) / 2
        if sum(_below(at, posteriors)) < tenth:
            low = at
        else:
            high = at
    return _below((low + high) / 2, posteriors)


def _logit(alpha: float, beta: float) -> tuple[float, float]:
    """Mean and standard deviation of the logit of a beta."""
    (mean_a, variance_a), (mean_b, variance_b) = polygammas(alpha), polygammas(beta)
    return mean_a - mean_b, math.sqrt(variance_a + variance_b)


def _below(at: float, posteriors: Sequence[tuple[float, float]]) -> list[float]:
    erfc, root = math.erfc, math.sqrt(2)
    return [erfc((middle - at) / (deviation * root)) / 2 for middle, deviation in posteriors]
