"""Where a stream can be cut so that no figure reaches over the cut: its parts may then be counted anew one at a time."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.tallies import CLUSTER_GAP_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

NEVER = float("inf")


class Place(NamedTuple):
    """Of a press, what ties it to others: clusters join presses of one boot that are close, visits look back."""

    seq: int
    boot: int
    elapsed_ms: int
    visit: int | None


def part_around(places: Sequence[Place], first: int, last: int) -> tuple[int, int]:
    """First and last seq of the smallest part that holds these two seqs; `places` are all presses of a stream, by seq."""
    if not places:
        return first, last
    starts = _starts(places)
    begin = bisect_right(places, first, key=lambda place: place.seq) - 1
    end = bisect_right(places, last, key=lambda place: place.seq) - 1
    after = bisect_right(starts, end)
    behind = starts[after] if after < len(starts) else len(places)
    return places[starts[bisect_right(starts, begin) - 1]].seq, places[behind - 1].seq


def cut_before(places: Sequence[Place], at: int) -> int:
    """How many of the first `at` presses can be cut off so that no figure reaches over the cut; `places` as above."""
    if at >= len(places):
        return len(places)
    starts = _starts(places)
    return starts[bisect_right(starts, at) - 1]


def _starts(places: Sequence[Place]) -> list[int]:
    """Places in the list at which a part may begin; the first one always.

    A clock that runs backwards is not expected and not trusted: all presses before a cut are held against all behind it.
    """
    soonest, earliest_visit = _what_follows(places)
    latest: dict[int, int] = {}
    close: set[int] = set()
    starts = [0]
    for at, place in enumerate(places):
        if at and not close and earliest_visit[at] >= place.seq:
            starts.append(at)
        latest[place.boot] = max(latest.get(place.boot, 0), place.elapsed_ms)
        if soonest[at] - latest[place.boot] < CLUSTER_GAP_MS:
            close.add(place.boot)
        else:
            close.discard(place.boot)
    return starts


def _what_follows(places: Sequence[Place]) -> tuple[list[float], list[float]]:
    """For each press, the soonest elapsed time of its boot behind it, and the earliest seq that it or a later one looks to."""
    soonest, visits = [NEVER] * len(places), [NEVER] * len(places)
    of_boot: dict[int, int] = {}
    visit: float = NEVER
    for at in range(len(places) - 1, -1, -1):
        place = places[at]
        soonest[at] = of_boot.get(place.boot, NEVER)
        of_boot[place.boot] = min(of_boot.get(place.boot, place.elapsed_ms), place.elapsed_ms)
        if place.visit is not None:
            visit = min(visit, place.visit)
        visits[at] = visit
    return soonest, visits
