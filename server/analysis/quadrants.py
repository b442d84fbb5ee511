"""On which side of its cut an index lies, and how probably: the two together name a store's quadrant."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quadrant:
    """The most probable quadrant: whether service and experience lie above their cuts, with its probability 0 to 1."""

    service_strong: bool
    experience_strong: bool
    probability: float


def quadrant(service_above: float, experience_above: float) -> Quadrant:
    """The most probable quadrant of two independent indexes, from the probability that each lies above its cut."""
    for probability in (service_above, experience_above):
        if not 0 <= probability <= 1:
            raise ValueError(f"A probability lies between 0 and 1, not at {probability}.")
    strong_s, strong_e = service_above >= 0.5, experience_above >= 0.5
    probability = (service_above if strong_s else 1 - service_above) * (experience_above if strong_e else 1 - experience_above)
    return Quadrant(strong_s, strong_e, probability)


def probability_above(positive: float, total: float, cut: float) -> float:
    """How probable it is that a share lies above `cut` (0 to 1), by the Jeffreys posterior Beta(x + 0.5, n - x + 0.5)."""
    if not 0 <= positive <= total:
        raise ValueError(f"There can not be {positive} positive of {total} presses.")
    if not 0 < cut < 1:
        return 1.0 if cut <= 0 else 0.0
    return 1 - _beta_below(cut, positive + 0.5, total - positive + 0.5)


def _beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction on the side where that converges fast."""
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + ...))) with the coefficients of DLMF 8.17.22, by Lentz's method."""
    value = above = 1e-300  # a tiny number instead of 0, so that the first division is possible
    below = 0.0
    numerator = 1.0
    for step in range(1, 1000):
        below = 1 / (1 + numerator * below)
        above = 1 + numerator / above
        value *= above * below
        if abs(above * below - 1) < 1e-13:
            break
        m = step // 2
        if step % 2:
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    return value
