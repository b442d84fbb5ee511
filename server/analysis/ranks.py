"""Between which ranks a store lies, and how probably among the lowest tenth: never a bare place in a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from server.analysis.intervals import check_counts
from server.analysis.special import digamma, trigamma

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.analysis.ranking import BetaPrior

DRAWS = 2_000
# From here on the logit of a beta is a normal to the eye; below, it is drawn exactly, which takes several times as long.
NORMAL_FROM = 10.0


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks that a store may have, 1 being the lowest share; and the probability that it is in the lowest tenth."""

    lower: int
    upper: int
    lowest_tenth: float


def ranks(
    counts: Sequence[tuple[float, float]], prior: BetaPrior, seed: int, draws: int = DRAWS, confidence: float = 0.95
) -> list[Ranks]:
    """Draw all stores' true shares from their posteriors many times over, and see where each one stands.

    500 stores take about a second: keep the result. The same seed gives the same ranks.

    Args:
        counts: (positive, presses) of each store; may be fractional.
        prior: what `fit_beta_binomial` found; without one there is nothing to rank.
        seed: of the draws.
        draws: at least 100.
        confidence: of the range of ranks.

    Raises:
        ValueError: counts that can not be, too few draws, no confidence.
    """
    if draws < 100:
        raise ValueError("Fewer than 100 draws say nothing about a rank.")
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence lies between 0 and 1, not at {confidence}.")
    for positive, total in counts:
        check_counts(positive, total)
    chance = Random(seed)  # noqa: S311  # a simulation, no secret
    drawn = [_draw(prior.alpha + x, prior.beta + n - x, draws, chance) for x, n in counts]
    stood = [[0] * len(counts) for _ in counts]
    everyone = range(len(counts))
    for shares in zip(*drawn, strict=True):
        for rank, store in enumerate(sorted(everyone, key=shares.__getitem__)):
            stood[store][rank] += 1
    return [_sum_up(of_store, draws, confidence) for of_store in stood]


def _draw(alpha: float, beta: float, draws: int, chance: Random) -> list[float]:
    """Logits of draws from Beta(alpha, beta): their order is the shares' own."""
    if min(alpha, beta) >= NORMAL_FROM:
        middle, deviation = digamma(alpha) - digamma(beta), math.sqrt(trigamma(alpha) + trigamma(beta))
        return [chance.gauss(middle, deviation) for _ in range(draws)]
    draw = chance.gammavariate
    # The smallest number instead of 0, which a very small alpha gives now and then.
    return [math.log(max(draw(alpha, 1), 5e-324)) - math.log(max(draw(beta, 1), 5e-324)) for _ in range(draws)]


def _sum_up(stood: list[int], draws: int, confidence: float) -> Ranks:
    beyond = draws * (1 - confidence) / 2
    tenth = max(1, len(stood) // 10)
    return Ranks(_first_beyond(stood, beyond), len(stood) + 1 - _first_beyond(stood[::-1], beyond), sum(stood[:tenth]) / draws)


def _first_beyond(stood: list[int], beyond: float) -> int:
    """The first rank at which more than so many draws have been met."""
    met = 0
    for rank, times in enumerate(stood, 1):
        met += times
        if met > beyond:
            return rank
    return len(stood)
