"""The second ledger: reactions that changed after they were stored, in commit order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run, run_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

TIME, COUNTED, RELEASED = "time", "counted", "released"


class Revision(NamedTuple):
    """One reaction and what of it changed: TIME, COUNTED, or RELEASED from held."""

    kiosk_id: int
    stream: int
    seq: int
    what: str


def add_revisions(connection: Connection, revisions: Sequence[Revision], now_ms: int) -> None:
    """Enter changes in the ledger, in this order; as late before COMMIT as can be.

    Like those of arrivals, the positions come from one counter row that stays locked until then.
    """
    if not revisions:
        return
    last = run(
        connection, "UPDATE counters SET value = value + ? WHERE name = 'revision' RETURNING value", (len(revisions),)
    ).scalar_one()
    first = last - len(revisions) + 1
    run_many(
        connection,
        "INSERT INTO revisions (position, kiosk_id, stream, seq, what, at_ms) VALUES (?, ?, ?, ?, ?, ?)",
        [(first + place, *revision, now_ms) for place, revision in enumerate(revisions)],
    )
