"""On which side of its cut an index lies, and how probably: the two together name a store's quadrant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from server.analysis.special import beta_below

DRAWS = 4_000


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


def paired_quadrant(
    cells: tuple[float, float, float, float], cut_service: float, cut_experience: float, seed: int, draws: int = DRAWS
) -> Quadrant:
    """The most probable quadrant where the same visitors answered both: draws from a Dirichlet with 1/2 in each cell.

    Args:
        cells: visitors positive in both, in service alone, in experience alone, in none.
        cut_service: share that service has to reach, 0 to 1.
        cut_experience: share that experience has to reach, 0 to 1.
        seed: of the draws.
        draws: at least 100.

    Raises:
        ValueError: a negative or endless count, or too few draws.
    """
    if not all(map(math.isfinite, cells)) or min(cells) < 0:
        raise ValueError("A count is a finite number, and not negative.")
    if draws < 100:
        raise ValueError("Fewer than 100 draws say nothing.")
    chance = Random(seed)  # noqa: S311  # a simulation, no secret
    met = dict.fromkeys(((True, True), (True, False), (False, True), (False, False)), 0)
    for _ in range(draws):
        both, service_only, experience_only, neither = (chance.gammavariate(cell + 0.5, 1) for cell in cells)
        whole = both + service_only + experience_only + neither
        strong_s = both + service_only > cut_service * whole
        met[strong_s, both + experience_only > cut_experience * whole] += 1
    likeliest = max(met, key=met.__getitem__)
    return Quadrant(*likeliest, met[likeliest] / draws)


def probability_above(positive: float, total: float, cut: float) -> float:
    """How probable it is that a share lies above `cut` (0 to 1), by the Jeffreys posterior Beta(x + 0.5, n - x + 0.5)."""
    if not 0 <= positive <= total:
        raise ValueError(f"There can not be {positive} positive of {total} presses.")
    if not 0 < cut < 1:
        return 1.0 if cut <= 0 else 0.0
    return 1 - beta_below(cut, positive + 0.5, total - positive + 0.5)
