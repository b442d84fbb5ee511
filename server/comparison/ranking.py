"""Who may be called low: nobody where the stores differ no more than chance would make them, else with a probability."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from server.analysis.lowest import lowest_tenth
from server.analysis.ranking import fit_beta_binomial, spread

if TYPE_CHECKING:
    from collections.abc import Mapping

# Below this many stores a tenth of them is less than one.
LEAST_RANKED = 10
# From this probability on a store is worth naming.
WORTH_NAMING = 0.20


@dataclass(frozen=True, slots=True)
class Ranking:
    """Whether stores can be ranked by an index at all, and which may be among the lowest tenth, the likeliest first.

    `refused` says that their true shares do not surely differ, or that they are fewer than ten. `lowest` holds store ids with
    their probabilities (0 to 1), from WORTH_NAMING on. `ranked` is how many stores had enough presses.
    """

    refused: bool
    ranked: int
    lowest: tuple[tuple[int, float], ...]


def rank(weighed: Mapping[int, tuple[float, float]]) -> Ranking:
    """Rank stores by their (positive, presses), as `Standings.service` and `Standings.experience` hold them by store id."""
    return _rank(tuple(weighed.items()))


@lru_cache(maxsize=16)  # a page of hundreds of stores is looked at again and again between two late presses
def _rank(weighed: tuple[tuple[int, tuple[float, float]], ...]) -> Ranking:
    counts = [counted for _, counted in weighed]
    if len(counts) < LEAST_RANKED or not spread(counts).is_real():
        return Ranking(refused=True, ranked=len(counts), lowest=())
    prior = fit_beta_binomial(counts)
    if prior is None:
        return Ranking(refused=True, ranked=len(counts), lowest=())
    stores = (store for store, _ in weighed)
    found = [pair for pair in zip(stores, lowest_tenth(counts, prior), strict=True) if pair[1] >= WORTH_NAMING]
    return Ranking(refused=False, ranked=len(counts), lowest=tuple(sorted(found, key=lambda pair: -pair[1])))
