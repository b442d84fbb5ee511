"""Which place of a store lies furthest from the other stores; only where the store itself surely does, so no claim is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.analysis.proportions import change_p
from server.analysis.ranking import benjamini_hochberg
from server.comparison.indexes import Gap, difference
from server.comparison.rounding import shown

if TYPE_CHECKING:
    from server.comparison.beside import Beside
    from server.comparison.indexes import Index
    from server.comparison.parts import Place
    from server.comparison.summary import StoreSummary

LEVEL = 0.05


class Far(NamedTuple):
    """A place, and how far its answers lie from those to the same question elsewhere."""

    place: Place
    away: Gap


def furthest(summary: StoreSummary) -> list[Far]:
    """For each index that surely differs from the other stores', the place that does so most, corrected for all places.

    Nothing where one place is all there is: its sentence would be the store's own again.
    """
    standing = summary.figures.standing
    found = []
    for signal, beside in (("experience", standing.experience), ("service", standing.service)):
        own = [place for place in summary.places if place.signal == signal]
        far = _furthest(own, beside) if beside.sure and len(own) > 1 else None
        found += [far] if far else []
    return found


def _furthest(places: list[Place], beside: Beside) -> Far | None:
    known = [Far(place, difference(place.index, place.others)) for place in places]
    known = [far for far in known if far.away.points is not None]
    chances = [change_p(*_weighed(far.place.index), *_weighed(far.place.others)) for far in known]
    down = (beside.away.points or 0.0) < 0
    sure = [
        far
        for far, kept in zip(known, benjamini_hochberg(chances, LEVEL), strict=True)
        if kept and far.away.clear and ((far.away.points or 0.0) < 0) == down
    ]
    best = max(sure, key=lambda far: abs(far.away.points or 0.0), default=None)
    return best if best and shown(best.place.index.value) != shown(best.place.others.value) else None


def _weighed(index: Index) -> tuple[float, float]:
    return index.positive / index.total * index.effective, index.effective
