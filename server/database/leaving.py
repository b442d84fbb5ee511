"""Reactions that leave the database for the archive: finding them, reading them whole, and deleting what is archived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from server.database.driver import run
from server.database.export_rows import arrivals_at
from server.database.partitions import partitions
from server.database.reactions import ReactionRow, last_in_clusters
from server.database.rollups import drop_clusters, read_clusters
from wire.limits import MAX_SEQ

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

COLUMNS = ", ".join(f"r.{name}" for name in ReactionRow._fields)
# A reaction, and the arrival that brought it.
JOINED = (
    "reactions r JOIN arrivals a ON a.kiosk_id = r.kiosk_id AND a.stream = r.stream"
    " AND r.seq BETWEEN a.first_seq AND a.last_seq AND a.apart = ''"
)
# A kiosk that nobody presses still says when it was pressed last, so its newest stream waits as long as it stands somewhere.
OLD_STREAMS = (
    "SELECT s.kiosk_id, s.number FROM streams s LEFT JOIN (SELECT p.kiosk_id,"
    " (SELECT MAX(n.stream) FROM reactions n WHERE n.kiosk_id = p.kiosk_id) AS newest"
    " FROM placements p WHERE p.until_ms IS NULL) k ON k.kiosk_id = s.kiosk_id"
    " WHERE s.first_ms < ? AND (k.newest IS NULL OR k.newest <> s.number)"
    " AND EXISTS (SELECT 1 FROM reactions r WHERE r.kiosk_id = s.kiosk_id AND r.stream = s.number)"
    " ORDER BY s.kiosk_id, s.number"
)


class Candidate(NamedTuple):
    """One reaction of a stream that may leave: what ties it to others, when and where it was, and when it arrived."""

    seq: int
    boot: int
    elapsed_ms: int
    visit: int | None
    placement_id: int
    pressed_ms: int
    uncertainty_ms: int
    position: int
    received_ms: int


class Moment(NamedTuple):
    """How far both ledgers were."""

    position: int
    revision: int


def old_streams(connection: Connection, before_ms: int) -> list[tuple[int, int]]:
    """Kiosk and number of the streams with reactions that were first heard of before a moment."""
    return [(kiosk, number) for kiosk, number in run(connection, OLD_STREAMS, (before_ms,))]


def oldest_heard_ms(connection: Connection) -> int | None:
    """When the oldest stream was first heard of that has reactions in the database."""
    found: int | None = run(
        connection,
        "SELECT MIN(s.first_ms) FROM streams s"
        " WHERE EXISTS (SELECT 1 FROM reactions r WHERE r.kiosk_id = s.kiosk_id AND r.stream = s.number)",
    ).scalar_one()
    return found


def candidates(connection: Connection, kiosk_id: int, stream: int, most: int = MAX_SEQ) -> list[Candidate]:
    """The first reactions of a stream, by seq."""
    rows = run(
        connection,
        "SELECT r.seq, r.boot, r.elapsed_ms, r.visit, r.placement_id, r.pressed_ms, r.uncertainty_ms, a.position, a.received_ms"  # noqa: S608
        f" FROM {JOINED} WHERE r.kiosk_id = ? AND r.stream = ? ORDER BY r.seq LIMIT ?",
        (kiosk_id, stream, most),
    )
    return [Candidate(*row) for row in rows]


def zones_of_placements(connection: Connection) -> dict[int, str]:
    """The time zone of each placement's store."""
    rows = run(connection, "SELECT p.id, s.timezone FROM placements p JOIN stores s ON s.id = p.store_id")
    return {placement: zone for placement, zone in rows}  # noqa: C416  (dict() of rows has no type)


def whole_reactions(connection: Connection, positions: Sequence[int]) -> list[tuple[Any, ...]]:
    """The reactions of these growing positions, by position and seq: the position, then the columns of a ReactionRow."""
    where, values = arrivals_at(positions)
    rows = run(connection, f"SELECT a.position, {COLUMNS} FROM {JOINED} WHERE {where} ORDER BY a.position, r.seq", values)  # noqa: S608
    return [tuple(row) for row in rows]


def reactions_in(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> list[tuple[Any, ...]]:
    """The same of a range of a stream, by seq."""
    rows = run(
        connection,
        f"SELECT a.position, {COLUMNS} FROM {JOINED}"  # noqa: S608
        " WHERE r.kiosk_id = ? AND r.stream = ? AND r.seq BETWEEN ? AND ? ORDER BY r.seq",
        (kiosk_id, stream, first, last),
    )
    return [tuple(row) for row in rows]


def ends_of_ledgers(connection: Connection) -> Moment:
    """How far both ledgers are now."""
    rows = run(connection, "SELECT name, value FROM counters WHERE name IN ('position', 'revision')")
    found = {name: value for name, value in rows}  # noqa: C416  (dict() of rows has no type)
    return Moment(found["position"], found["revision"])


def changed_since(connection: Connection, since: Moment, first: int, end: int, kiosk_id: int | None = None) -> bool:
    """Whether anything came to the streams [first, end) or changed in them since, of one kiosk or of all."""
    whose, values = ("", ()) if kiosk_id is None else (" AND kiosk_id = ?", (kiosk_id,))
    for ledger, after in (("arrivals", since.position), ("revisions", since.revision)):
        statement = f"SELECT 1 FROM {ledger} WHERE position > ? AND stream >= ? AND stream < ?{whose} LIMIT 1"  # noqa: S608
        if run(connection, statement, (after, first, end, *values)).first() is not None:
            return True
    return False


def delete_reactions(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> int:
    """Delete a range of a stream, and what only a stream that may still change needs; returns how many reactions."""
    place = (kiosk_id, stream)
    gone = run(
        connection, "DELETE FROM reactions WHERE kiosk_id = ? AND stream = ? AND seq BETWEEN ? AND ?", (*place, first, last)
    )
    ends = last_in_clusters(connection, kiosk_id, stream)
    for question in read_clusters(connection, kiosk_id, stream).keys() - ends.keys():
        # Its last press is archived: whatever still comes begins a cluster of its own.
        drop_clusters(connection, kiosk_id, stream, question)
    if run(connection, "SELECT 1 FROM reactions WHERE kiosk_id = ? AND stream = ? LIMIT 1", place).first() is None:
        run(connection, "DELETE FROM unsettled WHERE kiosk_id = ? AND stream = ?", place)
    return gone.rowcount


def give_back_pages(connection: Connection, most: int) -> None:
    """Let a SQLite file shrink by some pages; does nothing to one that was made by an earlier release, nor on PostgreSQL."""
    if connection.dialect.name == "sqlite":
        # One page for each row that is asked for, and there are no rows to see: the driver has to ask by itself.
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA incremental_vacuum({most})").fetchall()


def ranges(connection: Connection) -> list[tuple[int, int]]:
    """The ranges of streams that have a table of their own; none on SQLite."""
    return partitions(connection) if connection.dialect.name == "postgresql" else []


def rows_of_range(connection: Connection, first: int, end: int) -> int:
    """How many reactions the table of the streams [first, end) has."""
    count: int = run(connection, f"SELECT COUNT(*) FROM reactions_{first}_{end}").scalar_one()  # noqa: S608
    return count


def time_of_database(connection: Connection) -> datetime:
    """PostgreSQL's own clock."""
    found: datetime = run(connection, "SELECT clock_timestamp()").scalar_one()
    return found


def lock_reactions(connection: Connection, wait_s: int) -> None:
    """Keep everybody from the reactions until the transaction ends; fails when it had to wait so long."""
    run(connection, f"SET LOCAL lock_timeout = '{wait_s}s'")
    run(connection, "LOCK TABLE reactions IN ACCESS EXCLUSIVE MODE")


def is_anybody_reading_since(connection: Connection, before: datetime) -> bool:
    """Whether somebody's transaction began before a moment and still goes on.

    It may read what was there then; of a table that is dropped it would find nothing.
    """
    statement = (
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND xact_start < ? LIMIT 1"
    )
    return run(connection, statement, (before,)).first() is not None


def drop_partition(connection: Connection, first: int, end: int) -> None:
    """Drop the table of the streams [first, end), and what only a stream that may still change needs."""
    run(connection, f"DROP TABLE reactions_{first}_{end}")
    for table in ("open_clusters", "unsettled"):
        run(connection, f"DELETE FROM {table} WHERE stream >= ? AND stream < ?", (first, end))  # noqa: S608
