"""Deletes what has served its time: old delays, failed codes, sessions that are over, and days of looking at kiosks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection


def delete_old(
    connection: Connection, delays_ms: int, failures_ms: int, sessions_made_ms: int, sessions_seen_ms: int, day: int
) -> int:
    """Delete what ended before these moments (Unix milliseconds) and this UTC day; returns how many rows."""
    done = [
        run(connection, "DELETE FROM sign_in_delays WHERE until_ms < ?", (delays_ms,)),
        run(connection, "DELETE FROM enrolment_failures WHERE at_ms < ?", (failures_ms,)),
        run(connection, "DELETE FROM sessions WHERE made_ms < ? OR seen_ms < ?", (sessions_made_ms, sessions_seen_ms)),
        run(connection, "DELETE FROM heard_days WHERE day < ?", (day,)),
    ]
    return sum(one.rowcount for one in done)
