"""How soon a marked drop shows in a store, by the pace of its own presses and the CUSUMs that watch it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.database.opening import openings
from server.database.watches import watches_of_store
from server.recovery.designing import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from server.analysis.opening import Week
    from server.database.watches import Watch

# Made anew weekly; an older one watches what is not asked any more.
FRESH_MS = 14 * DAY_MS
# Where the hours are not known.
USUAL_HOURS = 12.0


@dataclass(frozen=True, slots=True)
class Notice:
    """How soon a store's watches notice the change that they are made for.

    `hours` is the mean time of the slowest touchpoint that does so within its day, rounded up; None where none does. `quiet`
    touchpoints have too few presses a day for that, at `unwatched` ones nobody knows what is usual, and at `unhappy` ones
    nearly everybody is as a rule.
    """

    hours: int | None = None
    quiet: tuple[str, ...] = ()
    unwatched: tuple[str, ...] = ()
    unhappy: tuple[str, ...] = ()


NOTHING_KNOWN = Notice()


def notice_of(connection: Connection, store_id: int, now_ms: int) -> Notice:
    """How soon a drop shows in a store; a touchpoint counts by the quicker of its questions."""
    opening = openings(connection, [store_id]).get(store_id)
    day = USUAL_HOURS if opening is None else hours_a_day(opening.week)
    watches: dict[str, list[Watch]] = {}
    for watch, touchpoint in watches_of_store(connection, store_id, now_ms - FRESH_MS):
        watches.setdefault(touchpoint, []).append(watch)
    hours = {touchpoint: _hours(found, day) for touchpoint, found in watches.items()}
    within = [one for one in hours.values() if one is not None and one <= day]
    not_watched = {touchpoint: watches[touchpoint] for touchpoint, one in hours.items() if one is None}
    unhappy = [touchpoint for touchpoint, found in not_watched.items() if all(one.usual_share is not None for one in found)]
    return Notice(
        math.ceil(max(within)) if within else None,
        tuple(touchpoint for touchpoint, one in hours.items() if one is not None and one > day),
        tuple(touchpoint for touchpoint in not_watched if touchpoint not in unhappy),
        tuple(unhappy),
    )


def hours_a_day(week: Week) -> float:
    """The mean hours of a week's open days."""
    days = [sum(span.closes - span.opens for span in spans) / 60 for spans in week if spans]
    return sum(days) / len(days) if days else USUAL_HOURS


def _hours(watches: Iterable[Watch], day: float) -> float | None:
    """The mean hours of the quickest; None where none is watched."""
    return min((watch.to_notice / watch.presses_a_day * day for watch in watches if watch.is_watched), default=None)
