"""A share as it would be with everyone's mix of hours: direct standardisation, and its refusals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from server.analysis.intervals import Interval, check_counts, quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

# A stratum that weighs more than this needs so many presses; else the whole is "not comparable".
HEAVY = 0.05
LEAST_PRESSES = 10


@dataclass(frozen=True, slots=True)
class Standardised:
    """A share by the given weights.

    `share` and `interval` are None where the strata in `thin` (their places in the list) are too bare; `crude` is the share of
    all presses as they came, None where there are none.
    """

    crude: float | None
    share: float | None
    interval: Interval | None
    thin: tuple[int, ...]


def direct(
    strata: Sequence[tuple[float, float]],
    weights: Sequence[float],
    confidence: float = 0.95,
    least_presses: float = LEAST_PRESSES,
) -> Standardised:
    """The weighted mean of the strata's shares, with the MOVER interval from their Wilson limits (Zou, Huang, Zhang 2009).

    Strata without presses that together weigh no more than 0.05 are taken to be as the others are, and their limits as 0 and 1.

    Args:
        strata: (positive, presses) of each; presses may be 0, and fractional.
        weights: of each stratum; together 1.
        confidence: of the interval.
        least_presses: in each stratum that weighs more than 0.05.

    Raises:
        ValueError: counts or weights that can not be.
    """
    # A page compares hundreds of stores, each with others of its own: what follows is written for that.
    _check_weights(tuple(weights), len(strata))
    positive = total = known = share = 0.0
    bare = False
    for (x, n), weight in zip(strata, weights, strict=True):
        if not 0 <= x <= n < math.inf:
            check_counts(x, n)  # says what is wrong
        positive += x
        total += n
        bare = bare or n < least_presses
        if n:
            known += weight
            share += weight * x / n
    crude = positive / total if total else None
    thin = _too_bare(strata, weights, least_presses) if bare else ()
    if thin or crude is None:
        return Standardised(crude, None, None, thin)
    share /= known
    below, above = _reach(strata, weights, share, quantile(confidence))
    return Standardised(crude, share, Interval(max(0.0, share - below), min(1.0, share + above)), ())


def _reach(strata: Sequence[tuple[float, float]], weights: Sequence[float], share: float, z: float) -> tuple[float, float]:
    """How far the interval goes below and above, by Wilson's limits of each stratum."""
    below = above = 0.0
    square = z * z
    for (x, n), weight in zip(strata, weights, strict=True):
        here, lower, upper = share, 0.0, 1.0
        if n:
            here = x / n
            half = z * math.sqrt(x * (n - x) / n + square / 4)
            centre, whole = x + square / 2, n + square
            lower, upper = max(0.0, (centre - half) / whole), min(1.0, (centre + half) / whole)
        down, up = weight * (here - lower), weight * (upper - here)
        below += down * down
        above += up * up
    return math.sqrt(below), math.sqrt(above)


def is_reversed(crude_difference: float, standardised_difference: float) -> bool:
    """Whether two stores change places when the mix of hours is taken out (Simpson's paradox): to be said on the page."""
    return crude_difference * standardised_difference < 0


def weights_of(presses: Sequence[float]) -> list[float]:
    """Weights from the presses in each stratum, chain-wide, for instance of the last eight weeks."""
    total = math.fsum(presses)
    if not math.isfinite(total) or total <= 0 or min(presses) < 0:
        raise ValueError("Weights come from presses: none negative, and not all 0.")
    return [count / total for count in presses]


def _too_bare(strata: Sequence[tuple[float, float]], weights: Sequence[float], least_presses: float) -> tuple[int, ...]:
    thin, empty, missing = [], [], 0.0
    for place, ((_, n), weight) in enumerate(zip(strata, weights, strict=True)):
        if n < least_presses and weight > HEAVY:
            thin.append(place)
        if not n and weight > 0:
            empty.append(place)
            missing += weight
    return tuple(sorted({*thin, *empty})) if missing > HEAVY else tuple(thin)


@lru_cache(maxsize=16)  # a page has one mix
def _check_weights(weights: tuple[float, ...], strata: int) -> None:
    if strata != len(weights) or not strata:
        raise ValueError("Each stratum needs one weight.")
    if not min(weights) >= 0 or not abs(math.fsum(weights) - 1) <= 1e-6:
        raise ValueError("Weights are 0 or more and sum to 1.")
