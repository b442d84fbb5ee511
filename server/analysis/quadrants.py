"""On which side of its cut an index lies, and how probably: the two together name a store's quadrant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from server.analysis.special import beta_below, both_below

# Nearer to 0 or 1 the other index alone decides, however the two vary together.
SURE = 1e-4


@dataclass(frozen=True, slots=True)
class Quadrant:
    """The most probable quadrant: whether service and experience lie above their cuts, with its probability 0 to 1."""

    service_strong: bool
    experience_strong: bool
    probability: float


def quadrant(service_above: float, experience_above: float, together: float = 0.0) -> Quadrant:
    """The most probable quadrant of two indexes.

    Args:
        service_above: the probability that service lies above its cut.
        experience_above: the same of experience.
        together: how far what is known of the two varies together, -1 to 1, because the same visitors are in both
            (`likeness_of_cells`): the two then are normals of this correlation behind those probabilities.

    Raises:
        ValueError: a probability or a correlation that can not be.
    """
    for probability in (service_above, experience_above):
        if not 0 <= probability <= 1:
            raise ValueError(f"A probability lies between 0 and 1, not at {probability}.")
    if not -1 <= together <= 1:
        raise ValueError(f"A correlation lies between -1 and 1, not at {together}.")
    both = service_above * experience_above
    if together and min(service_above, experience_above) > SURE and max(service_above, experience_above) < 1 - SURE:
        normal = NormalDist()
        both = both_below(normal.inv_cdf(service_above), normal.inv_cdf(experience_above), together)
    found = {
        (True, True): both,
        (True, False): service_above - both,
        (False, True): experience_above - both,
        (False, False): 1 - service_above - experience_above + both,
    }
    likeliest = max(found, key=found.__getitem__)
    return Quadrant(*likeliest, min(1.0, max(0.0, found[likeliest])))


def likeness_of_cells(cells: tuple[float, float, float, float]) -> float:
    """How far the two shares of visitors who answered both vary together under a Dirichlet with 1/2 added to each cell.

    Args:
        cells: visitors positive in both, in service alone, in experience alone, in none.

    Raises:
        ValueError: a negative or endless count.
    """
    if not all(map(math.isfinite, cells)) or min(cells) < 0:
        raise ValueError("A count is a finite number, and not negative.")
    both, service_only, experience_only, neither = (cell + 0.5 for cell in cells)
    margins = (both + service_only) * (experience_only + neither) * (both + experience_only) * (service_only + neither)
    return (both * neither - service_only * experience_only) / math.sqrt(margins)


def probability_above(positive: float, total: float, cut: float) -> float:
    """How probable it is that a share lies above `cut` (0 to 1), by the Jeffreys posterior Beta(x + 0.5, n - x + 0.5)."""
    if not 0 <= positive <= total:
        raise ValueError(f"There can not be {positive} positive of {total} presses.")
    if not 0 < cut < 1:
        return 1.0 if cut <= 0 else 0.0
    return 1 - beta_below(cut, positive + 0.5, total - positive + 0.5)
