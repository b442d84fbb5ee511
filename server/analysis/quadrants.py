"""On which side of its cut an index lies, and how probably: the two together name a store's quadrant."""

from __future__ import annotations

from dataclasses import dataclass

from server.analysis.special import beta_below


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
    return 1 - beta_below(cut, positive + 0.5, total - positive + 0.5)
