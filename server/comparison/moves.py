"""Whether a store's indexes surely moved between two times: both judged at once, because the page is looked at every day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from server.analysis.proportions import change_p
from server.analysis.ranking import benjamini_hochberg
from server.comparison.indexes import NO_GAP, difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.comparison.indexes import Gap, Index

# At 0.05 for each alone, the pages of twelve stores would tell of two moves that are chance, over four weeks as over one.
LEVEL = 0.01


def moves(pairs: Sequence[tuple[Index, Index]]) -> list[Gap]:
    """How each index moved, from (now, before), in points; a move that may be chance among these does not `stand`.

    NO_GAP where a number is withheld. Judged by the score test with Benjamini and Hochberg at LEVEL; the ranges are the plain
    ones of 95 %.
    """
    found = [difference(now, before) for now, before in pairs]
    chances = [chance(*pair) for pair, moved in zip(pairs, found, strict=True) if moved.points is not None]
    kept = iter(benjamini_hochberg(chances, LEVEL))
    return [NO_GAP if moved.points is None else replace(moved, stands=next(kept)) for moved in found]


def chance(now: Index, before: Index) -> float:
    """How probable a difference at least as large is by chance alone; both indexes have a number."""
    return change_p(*_weighed(now), *_weighed(before))


def _weighed(index: Index) -> tuple[float, float]:
    return index.positive / index.total * index.effective, index.effective
