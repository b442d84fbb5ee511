"""What the ledger itself says of the time, whatever the server's clock says: kiosks' own clocks, and days with presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.database.driver import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

# The newest arrivals by their order, which no clock makes: what any kiosk sent lately is among them.
NEWEST = 1_000


def newest_set_clock(connection: Connection) -> int | None:
    """The latest time (Unix milliseconds) by a kiosk's own clock that its network had set, of the last presses that came in.

    None where none of the kiosks that sent them has its clock set by a network.
    """
    found: int | None = run(
        connection,
        "SELECT MAX(r.wall_ms) FROM (SELECT kiosk_id, stream, last_seq FROM arrivals WHERE apart = ''"
        " ORDER BY position DESC LIMIT ?) a"
        " JOIN reactions r ON r.kiosk_id = a.kiosk_id AND r.stream = a.stream AND r.seq = a.last_seq WHERE r.synced = ?",
        (NEWEST, True),
    ).scalar_one()
    return found


def days_pressed(connection: Connection, first: int, end: int) -> Iterator[int]:
    """The local days (proleptic ordinals) of [first, end) of which any store has presses that count, in their order."""
    # Day by day, because a day that has any is found at once, and the roll-ups of all kiosks together are many.
    statement = (
        "SELECT 1 FROM placements p JOIN days d ON d.kiosk_id = p.kiosk_id AND d.placement_id = p.id"
        " WHERE d.local_day = ? AND d.positive + d.neutral + d.negative > 0 LIMIT 1"
    )
    return (day for day in range(first, end) if run(connection, statement, (day,)).first() is not None)
