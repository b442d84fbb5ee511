"""What the feed of revisions reads: the second ledger in commit order, with each reaction as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from server.database.driver import run
from server.database.export_facts import FACTS
from server.database.export_rows import Arrival
from server.database.life import read_life
from server.database.tables import revisions

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Revised(NamedTuple):
    """One change of the reaction with this seq; `row` (as `export_rows.reactions_of` gives them) is None when it is archived.

    `arrival` is None when nothing is known of how it came.
    """

    position: int
    what: str
    at_ms: int
    seq: int
    arrival: Arrival | None
    row: tuple[Any, ...] | None


STATEMENT = (
    "SELECT v.position, v.what, v.at_ms, v.seq, v.kiosk_id, v.stream, a.position, a.first_seq, a.last_seq, a.received_ms,"  # noqa: S608
    f" {FACTS} FROM revisions v"
    " LEFT JOIN reactions r ON r.kiosk_id = v.kiosk_id AND r.stream = v.stream AND r.seq = v.seq"
    # The run that brought it is the last of the stream that begins at it or before: one look into the index.
    " LEFT JOIN arrivals a ON a.kiosk_id = v.kiosk_id AND a.stream = v.stream AND a.apart = '' AND a.first_seq ="
    " (SELECT MAX(b.first_seq) FROM arrivals b WHERE b.kiosk_id = v.kiosk_id AND b.stream = v.stream AND b.apart = ''"
    " AND b.first_seq <= v.seq)"
    " WHERE v.position > ? AND v.position <= ? ORDER BY v.position LIMIT ?"
)


def revisions_end(connection: Connection) -> tuple[str, int]:
    """(epoch, highest committed revision), of one moment; 0 when nothing has changed."""
    end = connection.execute(select(func.coalesce(func.max(revisions.c.position), 0))).scalar_one()
    return read_life(connection).epoch, int(end)


def next_revisions(connection: Connection, after: int, end: int, limit: int) -> list[Revised]:
    """Up to `limit` changes with after < position <= end, in order of position."""
    return [_revised(*row) for row in run(connection, STATEMENT, (after, end, limit))]


def _revised(
    position: int, what: str, at_ms: int, seq: int, kiosk_id: int, stream: int, arrived: int | None, *rest: Any
) -> Revised:
    first, last, received_ms, stored, *facts = rest
    arrival = None if arrived is None else Arrival(arrived, kiosk_id, stream, first, last, received_ms)
    row = None if arrival is None or stored is None else (arrived, stored, *facts)
    return Revised(position, what, at_ms, seq, arrival, row)
