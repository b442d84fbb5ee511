"""What changes when anything about some local days does, so that a program need not fetch again what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from server.database.archives import archives_of_days
from server.database.dimensions import outside
from server.database.driver import run
from server.database.tables import days, hours, placements

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

# Newest first and only one: for days not long past, little more than what came since is looked at.
LAST_ARRIVAL = (
    "SELECT a.position FROM arrivals a WHERE a.received_ms >= ? AND (a.received_ms < ? OR EXISTS"
    " (SELECT 1 FROM reactions r WHERE r.kiosk_id = a.kiosk_id AND r.stream = a.stream"
    " AND r.seq BETWEEN a.first_seq AND a.last_seq AND r.pressed_ms >= ? AND r.pressed_ms < ?))"
    " ORDER BY a.position DESC LIMIT 1"
)
LAST_REVISION = (
    "SELECT v.position FROM revisions v"
    " JOIN reactions r ON r.kiosk_id = v.kiosk_id AND r.stream = v.stream AND r.seq = v.seq"
    " WHERE v.at_ms >= ? AND (r.pressed_ms >= ? AND r.pressed_ms < ? OR EXISTS"
    # While it was held, or its time not known, it stood at the day it arrived.
    " (SELECT 1 FROM arrivals a WHERE a.kiosk_id = v.kiosk_id AND a.stream = v.stream AND a.apart = ''"
    " AND v.seq BETWEEN a.first_seq AND a.last_seq AND a.received_ms >= ? AND a.received_ms < ?))"
    " ORDER BY v.position DESC LIMIT 1"
)


def last_changes(
    connection: Connection, store_ids: Collection[int], from_day: int, to_day: int, from_ms: int, to_ms: int
) -> tuple[int, int, int, tuple[int, ...]]:
    """(last arrival, last revision, archive's files, sums) of the local days [from_day, to_day), which lie in [from_ms, to_ms).

    The sums tell of reactions whose time was corrected so far that they left these days: nothing else still leads to them.
    """
    arrival = run(connection, LAST_ARRIVAL, (from_ms, to_ms, from_ms, to_ms)).scalar()
    revision = run(connection, LAST_REVISION, (from_ms, from_ms, to_ms, from_ms, to_ms)).scalar()
    # What is archived is found by neither statement any more: without the files an older mark could come again.
    archived = len(archives_of_days(connection, from_day, to_day - 1))
    sums = [*_sums(connection, days, store_ids, from_day, to_day), *_sums(connection, hours, store_ids, from_day, to_day)]
    return arrival or 0, revision or 0, archived, tuple(sums)


def day_sums(connection: Connection) -> dict[int, int]:
    """One number for each local day that changes when a reaction joins it, leaves it or counts otherwise on it."""
    number = func.sum(days.c.positive + 3 * days.c.neutral + 7 * days.c.negative + 13 * days.c.marked + 29 * days.c.uncertain)
    found = select(days.c.local_day, number).group_by(days.c.local_day)
    return {day: int(total) for day, total in connection.execute(found)}


def reactions_on(
    connection: Connection, store_ids: Collection[int], from_day: int | None, to_day: int | None, hidden: Collection[str]
) -> int:
    """How many reactions these stores have on the local days [from_day, to_day), without those of the `hidden` dimensions.

    None is no limit. What is held counts on no day and is not among them.
    """
    count = func.sum(days.c.positive + days.c.neutral + days.c.negative + days.c.marked + days.c.uncertain)
    found = (
        select(func.coalesce(count, 0))
        .join(placements, and_(placements.c.id == days.c.placement_id, placements.c.kiosk_id == days.c.kiosk_id))
        .where(placements.c.store_id.in_(store_ids), outside(days.c.question_id, hidden))
    )
    if from_day is not None:
        found = found.where(days.c.local_day >= from_day)
    if to_day is not None:
        found = found.where(days.c.local_day < to_day)
    return int(connection.execute(found).scalar_one())


def _sums(connection: Connection, table: Any, store_ids: Collection[int], from_day: int, to_day: int) -> list[int]:
    names = [name for name in ("positive", "neutral", "negative", "marked", "uncertain") if name in table.c]
    found = (
        select(*(func.coalesce(func.sum(table.c[name]), 0) for name in names))
        .join(placements, and_(placements.c.id == table.c.placement_id, placements.c.kiosk_id == table.c.kiosk_id))
        .where(placements.c.store_id.in_(store_ids), table.c.local_day >= from_day, table.c.local_day < to_day)
    )
    return [int(total) for total in connection.execute(found).one()]
