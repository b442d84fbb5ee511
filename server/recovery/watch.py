"""The worker's jobs: reading on in what has arrived, working out what is usual, and ending what no press has decided.

A press that is old by the time it is read moves nothing: what a kiosk brings after hours without a network happened then, not
now. It counts in all figures, and the page says for a week that it came in late.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from server.database.engine import reading, writing
from server.database.opening import openings
from server.database.recoveries import UNDECIDED, end_recovery, open_ones
from server.database.watches import (
    live_presses,
    lock_position,
    move_position,
    position_after,
    position_read,
    read_watch,
    save_watch,
    standing_places,
)
from server.recovery.counting import Counting
from server.recovery.days import undecided_since
from server.recovery.designing import DAY_MS, Designer

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from server.database.watches import LivePress, Place, Standing, Watch

# Pressed longer ago than this, a press says nothing about now. Kiosks that are connected bring theirs within a minute or so.
LATE_MS = 30 * 60_000
# How far ahead of the server a kiosk's time may be.
AHEAD_MS = 60_000
ARRIVALS_AT_ONCE = 200
# What is usual is worked out weekly, between bursts; and where it is not known, it may be tomorrow.
USUAL_FOR_MS = 7 * DAY_MS
UNKNOWN_FOR_MS = DAY_MS
DESIGNS_AT_ONCE = 50


class Ahead(NamedTuple):
    """The arrivals after a position up to `end`, which come next, and watches for the places of theirs without one."""

    position: int
    end: int
    fresh: dict[tuple[Place, int], Watch]


class Overtaken(RuntimeError):
    """Somebody else has read on meanwhile; what was counted here is undone with the transaction."""


def watch_presses(engine: Engine, now_ms: int) -> int:
    """End what closing time has left undecided, then count what has arrived; returns how many recoveries began or ended."""
    happened = end_undecided(engine, now_ms)
    while (ahead := _look_ahead(engine, now_ms)) is not None:
        with writing(engine) as connection:
            happened += _read_on(connection, ahead, now_ms)
    return happened


def end_undecided(engine: Engine, now_ms: int) -> int:
    """End the recoveries whose store's day has ended; returns how many."""
    with reading(engine) as connection:
        if not open_ones(connection, lock=False):
            return 0
    with writing(engine) as connection:
        lock_position(connection)
        rows = open_ones(connection)
        hours = openings(connection, {row.store_id for row in rows})
        ended = 0
        for row in rows:
            since_ms = undecided_since(hours.get(row.store_id), row, now_ms)
            if since_ms is not None:
                ended += end_recovery(connection, row.id, UNDECIDED, max(since_ms, row.alarm_ms))
        return ended


def learn_usual(engine: Engine, now_ms: int) -> int:
    """Work out what is usual at places where that is not known or a week old, some at a time; returns at how many."""
    with reading(engine) as connection:
        standing = standing_places(connection)
        places = Counter(store_id for store_id, _ in {(one.store_id, one.place) for one in standing})
        designer = Designer(connection, now_ms)
        due = [one for one in standing if _is_due(one, now_ms)][:DESIGNS_AT_ONCE]
        fresh = [designer.watch(one.place, one.faces, places[one.store_id]) for one in due]
    if not fresh:
        return 0
    with writing(engine) as connection:
        # Nobody counts presses meanwhile, so no points are lost.
        lock_position(connection)
        return sum(_renew(connection, watch) for watch in fresh)


def _renew(connection: Connection, fresh: Watch) -> bool:
    """Put a fresh design in a watch's place, unless a run of points has begun there since it was read."""
    before = read_watch(connection, fresh.place)
    if before is not None and before.points and fresh.designed_ms - before.designed_ms < USUAL_FOR_MS + DAY_MS:
        return False
    save_watch(connection, fresh._replace(last_ms=None if before is None else before.last_ms))
    return True


def _is_due(one: Standing, now_ms: int) -> bool:
    # What was made while a clock was ahead would else be believed until that time comes.
    if one.designed_ms is None or one.designed_ms > now_ms:
        return True
    age_ms = now_ms - one.designed_ms
    if one.usual_share is None:
        return age_ms >= UNKNOWN_FOR_MS
    # Not in the middle of a run of points, unless that never ends.
    return age_ms >= USUAL_FOR_MS + (DAY_MS if one.points else 0)


def _look_ahead(engine: Engine, now_ms: int) -> Ahead | None:
    """The next arrivals, with a fresh watch for each place of theirs that has none; None where nothing has arrived.

    What is usual at a new place is summed over weeks of the whole chain: no kiosk may wait for that, so it is only read here.
    """
    with reading(engine) as connection:
        position = position_read(connection)
        end = position_after(connection, position, now_ms - LATE_MS, ARRIVALS_AT_ONCE)
        if end is None:
            return None
        places = {(one.place, one.faces): one.store_id for one in _presses(connection, position, end, now_ms)}
        designer, fresh = Designer(connection, now_ms), {}
        for (place, faces), store_id in places.items():
            watch = read_watch(connection, place)
            if watch is None or watch.faces != faces:
                standing = len({one.place for one in standing_places(connection, store_id)})
                fresh[place, faces] = designer.watch(place, faces, standing)
    return Ahead(position, end, fresh)


def _read_on(connection: Connection, ahead: Ahead, now_ms: int) -> int:
    """Count the next arrivals' presses, and move on: both or neither."""
    if lock_position(connection) != ahead.position:
        return 0  # somebody has read on since; what comes next is looked at anew
    counting = Counting(connection, ahead.end, now_ms, ahead.fresh)
    for press in _presses(connection, ahead.position, ahead.end, now_ms):
        counting.take(press)
    counting.save()
    if not move_position(connection, ahead.position, ahead.end):
        raise Overtaken(f"arrivals from {ahead.position} on were read by somebody else")
    return counting.happened


def _presses(connection: Connection, position: int, end: int, now_ms: int) -> list[LivePress]:
    return live_presses(connection, position, end, now_ms - LATE_MS, now_ms + AHEAD_MS)
