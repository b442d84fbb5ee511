"""How figures are rounded where people read them.

An index and a difference are whole numbers and ranges round outwards, so that a number said always lies in the range said.
A range that leaves out 0 never reads as if it held it.
"""

from __future__ import annotations

import math


def shown(value: float | None) -> int:
    """The whole number shown for an index or points; halves go up, as readers round. None is never asked for."""
    return math.floor((value or 0.0) + 0.5)


def outwards(low: float | None, high: float | None) -> tuple[int, int]:
    """A range in whole numbers that holds the exact one; the hair keeps 20.000000001 from becoming 21."""
    return math.floor((low or 0.0) + 1e-9), math.ceil((high or 0.0) - 1e-9)


def away_from_nought(low: float | None, high: float | None) -> tuple[int, int]:
    """The ends of a difference that is sure, nearer one first and without sign; outwards, but never down to 0."""
    near, far = outwards(*sorted((abs(low or 0.0), abs(high or 0.0))))
    return max(1, near), max(1, far)
