"""How figures are rounded where people read them.

An index and a difference are whole numbers and ranges round outwards, so that a number said always lies in the range said.
"""

from __future__ import annotations

import math


def shown(value: float | None) -> int:
    """The whole number shown for an index or points; halves go up, as readers round. None is never asked for."""
    return math.floor((value or 0.0) + 0.5)


def outwards(low: float | None, high: float | None) -> tuple[int, int]:
    """A range in whole numbers that holds the exact one; the hair keeps 20.000000001 from becoming 21."""
    return math.floor((low or 0.0) + 1e-9), math.ceil((high or 0.0) - 1e-9)
