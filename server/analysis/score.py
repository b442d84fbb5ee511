"""Score intervals of differences: the limits are the differences that a score test would not reject."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.analysis.intervals import Interval, check_counts, quantile

if TYPE_CHECKING:
    from collections.abc import Callable

# Halvings of an interval of length 2 until no float lies between.
HALVINGS = 60


def miettinen_nurminen(
    positive_1: float, total_1: float, positive_2: float, total_2: float, confidence: float = 0.95
) -> Interval:
    """The interval of share 1 minus share 2 that agrees with the score test (Miettinen and Nurminen 1985, Stat Med 4:213).

    Raises:
        ValueError: counts that can not be.
    """
    total = total_1 + total_2
    if total <= 1:
        raise ValueError("One press has no difference to itself.")
    return _independent(positive_1, total_1, positive_2, total_2, confidence, total / (total - 1))


def mee(positive_1: float, total_1: float, positive_2: float, total_2: float, confidence: float = 0.95) -> Interval:
    """The same without the factor N / (N - 1) (Mee 1984); some tables print it under the other name."""
    return _independent(positive_1, total_1, positive_2, total_2, confidence, 1.0)


def tango(both: float, first_only: float, second_only: float, neither: float, confidence: float = 0.95) -> Interval:
    """The score interval of share 1 minus share 2 when all answered both (Tango 1998, Stat Med 17:891).

    Raises:
        ValueError: a negative or endless count, or nothing at all.
    """
    cells = (both, first_only, second_only, neither)
    if not all(map(math.isfinite, cells)) or min(cells) < 0:
        raise ValueError("A count is a finite number, and not negative.")
    total = sum(cells)
    if total <= 0:
        raise ValueError("There must be at least one pair of answers.")
    z, apart = quantile(confidence), first_only - second_only

    def beyond(difference: float) -> float:
        b = (2 * total - apart) * difference - first_only - second_only
        c = -second_only * difference * (1 - difference)
        second = (math.sqrt(max(0.0, b * b - 8 * total * c)) - b) / (4 * total)
        variance = total * (2 * second + difference * (1 - difference))
        return (apart - total * difference) ** 2 - z * z * variance

    return _limits(beyond, apart / total)


def net_score(positive: float, negative: float, total: float, confidence: float = 0.95) -> Interval:
    """The interval of the net share, positive minus negative presses of all: exactly a paired difference, so Tango's.

    Raises:
        ValueError: more positive and negative presses than presses, or counts that can not be.
    """
    if positive + negative > total:
        raise ValueError(f"There can not be {positive} positive and {negative} negative of {total} presses.")
    return tango(total - positive - negative, positive, negative, 0, confidence)


def _independent(
    positive_1: float, total_1: float, positive_2: float, total_2: float, confidence: float, factor: float
) -> Interval:
    check_counts(positive_1, total_1)
    check_counts(positive_2, total_2)
    z, found = quantile(confidence), positive_1 / total_1 - positive_2 / total_2

    def beyond(difference: float) -> float:
        share_1, share_2 = _likeliest(positive_1, total_1, positive_2, total_2, difference)
        variance = share_1 * (1 - share_1) / total_1 + share_2 * (1 - share_2) / total_2
        return (found - difference) ** 2 - z * z * factor * variance

    return _limits(beyond, found)


def _likeliest(x1: float, n1: float, x2: float, n2: float, difference: float) -> tuple[float, float]:
    """The likeliest two shares that differ by so much: a cubic's root, as its authors solve it (their appendix I)."""
    total = n1 + n2
    square = (n1 + 2 * n2) * difference - total - x1 - x2
    linear = (n2 * difference - total - 2 * x2) * difference + x1 + x2
    constant = x2 * difference * (1 - difference)
    third = square / (3 * total)
    turn = third**3 - square * linear / (6 * total**2) + constant / (2 * total)
    reach = math.copysign(math.sqrt(max(0.0, third * third - linear / (3 * total))), turn)
    cosine = turn / reach**3 if reach else 0.0
    angle = (math.pi + math.acos(min(1.0, max(-1.0, cosine)))) / 3
    share_2 = 2 * reach * math.cos(angle) - third
    # Rounding may leave a share a hair outside what it and the other one allow.
    share_2 = min(max(share_2, 0.0, -difference), 1.0, 1 - difference)
    return share_2 + difference, share_2


def _limits(beyond: Callable[[float], float], found: float) -> Interval:
    return Interval(_edge(beyond, found, -1.0), _edge(beyond, found, 1.0))


def _edge(beyond: Callable[[float], float], inside: float, outside: float) -> float:
    """Where `beyond` turns positive between what was found and the end of all differences."""
    if beyond(outside) <= 0:
        return outside
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if beyond(middle) > 0:
            outside = middle
        else:
            inside = middle
    return (inside + outside) / 2
