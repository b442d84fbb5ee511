"""What every interval shares: its two limits, the normal quantile behind it, and the refusal of impossible counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a share (0 to 1) or a difference of shares (-1 to 1) lies."""

    lower: float
    upper: float

    def holds(self, value: float) -> bool:
        """Whether `value` lies between the limits, limits included."""
        return self.lower <= value <= self.upper


@lru_cache(maxsize=16)  # the same few confidences over and over, for each of hundreds of stores
def quantile(confidence: float) -> float:
    """How many standard deviations reach to both sides with this confidence: 1.959964 for 0.95."""
    if not 0 < confidence < 1:
        raise ValueError(f"The confidence lies between 0 and 1, not at {confidence}.")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def check_counts(positive: float, total: float) -> None:
    """Refuse counts that can not be.

    Raises:
        ValueError: more positives than presses, a negative or endless count, or nothing at all.
    """
    if not (math.isfinite(positive) and math.isfinite(total)):
        raise ValueError("A count must be a finite number.")
    if total <= 0:
        raise ValueError("There must be at least one press.")
    if positive < 0:
        raise ValueError("A count can not be negative.")
    if positive > total:
        raise ValueError(f"There can not be more positive presses ({positive}) than presses ({total}).")
