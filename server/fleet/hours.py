"""Judges stored presses by their store's opening hours: when a time becomes surer, and when hours are put right."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from server.analysis.opening import MINUTE_MS, OutOfHours
from server.analysis.times import ESTIMATED
from server.database.engine import reading, writing
from server.database.judgements import streams_of_store, timed_votes
from server.database.local_time import zone_named
from server.database.opening import openings
from server.fleet.moving import MOST_AT_ONCE, recount
from wire.limits import MAX_SEQ

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from sqlalchemy import Connection, Engine, Row

    from server.database.judgements import Timed

# Who comes in before the doors are shut is served after, and staff let people in early; a clock on the wall is minutes off.
MARGIN_MS = 30 * MINUTE_MS
OUT_OF_HOURS = "out-of-hours"


def reasons_by_hours(connection: Connection, kiosk_id: int, stream: int, seqs: Collection[int]) -> dict[int, str]:
    """Which of these presses opening hours judge otherwise by now, with their new reason; "" is that they count."""
    wanted = set(seqs)
    if not wanted:
        return {}
    votes = timed_votes(connection, kiosk_id, stream, min(wanted), max(wanted))
    return dict(_judged_otherwise(connection, [vote for vote in votes if vote.seq in wanted]))


def judge_again(engine: Engine, store: Row[Any], first: date, last: date, now_ms: int) -> int:
    """Judge a store's presses of these days (`last` among them) by its hours as they are now; returns how many changed.

    What is archived stays as it was, see `archived_month`.
    """
    days = first, last + timedelta(days=1)
    from_ms, until_ms = (round(1000 * datetime.combine(day, time(), zone_named(store.timezone)).timestamp()) for day in days)
    with reading(engine) as connection:
        streams = streams_of_store(connection, store.id, from_ms)
    return sum(_judge_stream(engine, store.id, *stream, from_ms, until_ms, now_ms) for stream in streams)


def _judge_stream(engine: Engine, store_id: int, kiosk_id: int, stream: int, from_ms: int, until_ms: int, now_ms: int) -> int:
    """A stream in parts, each judged anew inside its own transaction: a time may have changed since."""
    with reading(engine) as connection:
        votes = timed_votes(connection, kiosk_id, stream, 1, MAX_SEQ)
        here = [vote for vote in votes if from_ms <= vote.pressed_ms < until_ms and vote.store_id == store_id]
        pending = [seq for seq, _ in _judged_otherwise(connection, here)]
    changed = 0
    for start in range(0, len(pending), MOST_AT_ONCE):
        with writing(engine) as connection:
            reasons = reasons_by_hours(connection, kiosk_id, stream, pending[start : start + MOST_AT_ONCE])
            changed += recount(connection, kiosk_id, stream, reasons, now_ms)
    return changed


def _judged_otherwise(connection: Connection, votes: Collection[Timed]) -> Iterator[tuple[int, str]]:
    known = openings(connection, {vote.store_id for vote in votes})
    outside = {store_id: OutOfHours(opening, MARGIN_MS) for store_id, opening in known.items()}
    for vote in votes:
        judge = outside.get(vote.store_id)
        sure = vote.quality <= ESTIMATED and vote.uncertainty_ms < MARGIN_MS
        is_out = judge is not None and sure and judge(vote.pressed_ms)
        if is_out != vote.out_of_hours:
            yield vote.seq, OUT_OF_HOURS if is_out else ""
