"""The funnel: how far a store of a given size strays from the target by chance alone."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from server.analysis.intervals import Interval, check_counts
from server.analysis.special import beta_below

if TYPE_CHECKING:
    from collections.abc import Sequence

# Stores that differ a little more than chance are usual; from here on the funnel is widened, and it is said.
WIDEN_FROM = 1.2
WINSORISED = 0.10


def funnel_limits(target: float, total: int, confidence: float = 0.95, overdispersion: float = 1.0) -> Interval:
    """The limits for a store of `total` presses: exact binomial ones, interpolated (Spiegelhalter 2005, Stat Med 24:1185).

    Args:
        target: the share that is held to be usual, between 0 and 1.
        total: presses, at least 1.
        confidence: 0.95 and 0.998 are the usual two.
        overdispersion: as `overdispersion` gives it; the limits' reach grows by its root where it is above 1.2.

    Raises:
        ValueError: a target, a number of presses or a confidence that can not be.
    """
    widen = _checked(target, total, confidence, overdispersion)
    return Interval(_lower(target, total, confidence, widen), _upper(target, total, confidence, widen))


def is_beyond(share: float, target: float, total: int, confidence: float = 0.95, overdispersion: float = 1.0) -> bool:
    """Whether a store's share (0 to 1) lies outside its limits (`funnel_limits`); only the one on its side is worked out."""
    widen = _checked(target, total, confidence, overdispersion)
    if share > target:
        return share > _upper(target, total, confidence, widen)
    return share < _lower(target, total, confidence, widen)


def overdispersion(counts: Sequence[tuple[float, float]], target: float) -> float:
    """How much more than chance the stores differ: the mean squared z, the outer tenths of them winsorised; 1 is chance.

    Raises:
        ValueError: no store, or counts or a target that can not be.
    """
    _check_target(target)
    if not counts:
        raise ValueError("There must be at least one store.")
    for positive, total in counts:
        check_counts(positive, total)
    scores = sorted((x / n - target) / math.sqrt(target * (1 - target) / n) for x, n in counts)
    outer = int(WINSORISED * len(scores))
    least, most = scores[outer], scores[len(scores) - 1 - outer]
    return sum(min(max(z, least), most) ** 2 for z in scores) / len(scores)


def _checked(target: float, total: int, confidence: float, overdispersion: float) -> float:
    """How many times wider the limits are; refuses what can not be."""
    _check_target(target)
    if not 1 <= total < math.inf:
        raise ValueError("A funnel begins at one press.")
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence lies between 0 and 1, not at {confidence}.")
    if not overdispersion >= 0 or math.isinf(overdispersion):
        raise ValueError("An overdispersion is a finite number, 0 or more.")
    return math.sqrt(overdispersion) if overdispersion > WIDEN_FROM else 1.0


# With a handful of presses interpolation may step over the target itself.
def _lower(target: float, total: int, confidence: float, widen: float) -> float:
    exact = min(target, _interpolated((1 - confidence) / 2, target, total))
    return max(0.0, target - widen * (target - exact))


def _upper(target: float, total: int, confidence: float, widen: float) -> float:
    exact = max(target, _interpolated(1 - (1 - confidence) / 2, target, total))
    return min(1.0, target + widen * (exact - target))


def _check_target(target: float) -> None:
    if not 0 < target < 1:
        raise ValueError(f"A target lies between 0 and 1, not at {target}.")


def _interpolated(share: float, target: float, total: int) -> float:
    """Where the binomial distribution function reaches `share`, as a share of `total`, between its steps."""
    reach = math.sqrt(target * (1 - target) / total)
    count = min(total, max(0, int(total * (target + NormalDist().inv_cdf(share) * reach))))
    here, before = _at_most(count, target, total), _at_most(count - 1, target, total)
    while count and before >= share:
        count -= 1
        here, before = before, _at_most(count - 1, target, total)
    while here < share:
        count += 1
        here, before = _at_most(count, target, total), here
    return (count - (here - share) / (here - before)) / total


def _at_most(count: int, target: float, total: int) -> float:
    if count < 0:
        return 0.0
    return 1.0 if count >= total else 1 - beta_below(target, count + 1, total - count)
