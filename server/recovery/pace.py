"""How soon a marked drop shows in a store, by the pace of its own presses and the CUSUMs that watch it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.database.opening import openings
from server.database.watches import watches_of_store
from server.recovery.designing import DAY_MS

if TYPE_CHECKING:
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
    touchpoints have too few presses a day for that, and at `unwatched` ones nobody knows what is usual.
    """

    hours: int | None = None
    quiet: tuple[str, ...] = ()
    unwatched: tuple[str, ...] = ()


NOTHING_KNOWN = Notice()


def notice_of(connection: Connection, store_id: int, now_ms: int) -> Notice:
    """How soon a drop shows in a store; a touchpoint counts by the quicker of its questions."""
    opening = openings(connection, [store_id]).get(store_id)
    day = USUAL_HOURS if opening is None else hours_a_day(opening.week)
    hours: dict[str, float | None] = {}
    for watch, touchpoint in watches_of_store(connection, store_id, now_ms - FRESH_MS):
        known = [one for one in (hours.get(touchpoint), _hours(watch, day)) if one is not None]
        hours[touchpoint] = min(known) if known else None
    within = [one for one in hours.values() if one is not None and one <= day]
    return Notice(
        math.ceil(max(within)) if within else None,
        tuple(touchpoint for touchpoint, one in hours.items() if one is not None and one > day),
        tuple(touchpoint for touchpoint, one in hours.items() if one is None),
    )


def hours_a_day(week: Week) -> float:
    """The mean hours of a week's open days."""
    days = [sum(span.closes - span.opens for span in spans) / 60 for spans in week if spans]
    return sum(days) / len(days) if days else USUAL_HOURS


def _hours(watch: Watch, day: float) -> float | None:
    if watch.usual_share is None:
        return None
    return watch.to_notice / watch.presses_a_day * day
