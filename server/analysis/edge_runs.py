"""Whether the presses at a day's edge, before closing or after opening, are too many and too much alike for chance; pure.

Two conditions, both needed: (A) at least three times as many presses as this slot usually has, and too many for a Poisson count
around that; (B) more of one polarity than this kiosk's other hours make likely (one-sided binomial). Neither looks for a happy
or an unhappy face: both polarities are asked the same. Whether somebody did it on purpose no figure can say; a person decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

RARE = 0.001
TIMES_USUAL = 3
LEAST_PRESSES = 10
# Fewer days or other presses than these do not tell what is usual.
LEAST_DAYS = 14
LEAST_ELSEWHERE = 30
# A share that takes more presses in a row than this to be told from chance is told by none.
MOST_IN_A_ROW = 1_000


class Presses(NamedTuple):
    """Counted presses of one question."""

    total: int
    positive: int
    negative: int


@dataclass(frozen=True, slots=True)
class EdgeRun:
    """Presses at an edge that are too many: of `presses` so many are `alike`, of one polarity (positive or negative).

    `usual_presses` is the slot's mean, `usual_share` that polarity's share (0 to 1) in the other hours. `tells` is whether they
    are too much alike for chance; where it is False they are all alike, and yet too few to tell.
    """

    polarity: str
    presses: int
    alike: int
    usual_presses: float
    usual_share: float
    tells: bool


def find_edge_run(slot: Presses, usual_total: int, usual_days: int, elsewhere: Presses) -> EdgeRun | None:
    """The run that a slot is, None for one like others.

    Args:
        slot: what was pressed in it on the day that is asked about.
        usual_total: what was pressed in the same slot on `usual_days` other days.
        usual_days: how many these are.
        elsewhere: what was pressed in the other hours of all these days.
    """
    if slot.total < LEAST_PRESSES or usual_days < LEAST_DAYS or elsewhere.total < LEAST_ELSEWHERE:
        return None
    # A slot in which nobody ever pressed is taken for one with a single press.
    mean = max(usual_total, 1) / usual_days
    if slot.total < TIMES_USUAL * mean or poisson_tail(slot.total, mean) >= RARE:
        return None
    sides = (("positive", slot.positive, elsewhere.positive), ("negative", slot.negative, elsewhere.negative))
    for polarity, alike, others in sides:
        # Half a press more on each side (Jeffreys): a polarity that never came before is rare, not impossible.
        share = (others + 0.5) / (elsewhere.total + 1)
        tells = is_too_alike(slot.total, alike, share)
        if tells or alike == slot.total:
            return EdgeRun(polarity, slot.total, alike, usual_total / usual_days, share, tells)
    return None


def is_too_alike(presses: int, alike: int, share: float) -> bool:
    """Whether chance makes so many of a polarity less often than once in a thousand, where `share` is usual."""
    return binomial_tail(alike, presses, share) < RARE


def straight_needed(share: float) -> int | None:
    """How many presses in a row must be alike to be told from chance: 31 at 0.8, 66 at 0.9; None where no number would do."""
    needed = math.floor(math.log(RARE) / math.log(share)) + 1
    return max(needed, LEAST_PRESSES) if needed <= MOST_IN_A_ROW else None


def poisson_tail(count: int, mean: float) -> float:
    """How likely `count` or more are where `mean` are usual (above 0)."""
    below = sum(math.exp(number * math.log(mean) - mean - math.lgamma(number + 1)) for number in range(count))
    return max(0.0, 1.0 - below) if below < 1 - 1e-9 else _upper(count, mean)


def binomial_tail(count: int, total: int, share: float) -> float:
    """How likely `count` or more of `total` are where each is one with probability `share`, above 0 and below 1."""
    log_share, log_rest = math.log(share), math.log1p(-share)
    return min(
        1.0,
        math.fsum(
            math.exp(_log_choose(total, number) + number * log_share + (total - number) * log_rest)
            for number in range(count, total + 1)
        ),
    )


def _upper(count: int, mean: float) -> float:
    """The tail added up from its beginning, where 1 less the rest would be nothing but rounding."""
    term = math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
    found, number = 0.0, count
    while term > 1e-300 and term > found * 1e-12:
        found += term
        number += 1
        term *= mean / number
    return found


def _log_choose(total: int, number: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(number + 1) - math.lgamma(total - number + 1)
