"""What should never happen to a kiosk, as it was noticed: once, or how often and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Two streams go on from one: a copy of the card is in use, or an old image of it was put back.
CARD_COPIED = "card-copied"
# The key was shown by hardware other than the enrolled one.
KEY_ELSEWHERE = "key-elsewhere"
# A boot spoke after a newer one of the same kiosk had: two machines are running.
TWO_BOOTS = "two-boots"


class Incident(NamedTuple):
    """What was noticed of a kiosk, how often, and between which moments."""

    kiosk_id: int
    what: str
    times: int
    first_ms: int
    last_ms: int


def note_incident(connection: Connection, kiosk_id: int, what: str, now_ms: int) -> None:
    """Count one more."""
    run(
        connection,
        "INSERT INTO incidents (kiosk_id, what, times, first_ms, last_ms) VALUES (?, ?, 1, ?, ?)"
        " ON CONFLICT (kiosk_id, what) DO UPDATE SET times = incidents.times + 1, last_ms = excluded.last_ms",
        (kiosk_id, what, now_ms, now_ms),
    )


def incidents_since(connection: Connection, since_ms: int) -> list[Incident]:
    """What was noticed since then, by kiosk."""
    rows = run(
        connection,
        "SELECT kiosk_id, what, times, first_ms, last_ms FROM incidents WHERE last_ms >= ? ORDER BY kiosk_id, what",
        (since_ms,),
    )
    return [Incident(*row) for row in rows]
