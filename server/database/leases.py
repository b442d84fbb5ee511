"""Leases: who runs a background job now. One that is not renewed ends by itself, so a dead worker holds up nobody for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection


# Clocks of two machines may differ by a little, and leases of two releases in their length.
LENGTHS_BELIEVED = 10


def take_lease(connection: Connection, name: str, holder: str, now_ms: int, until_ms: int) -> bool:
    """Take or renew a lease; False while another holder's goes on. One statement decides, so of two at once one gets it.

    One that ends much later than any lease can was made while a clock was wrong, and holds up nobody either.
    """
    taken = run(
        connection,
        "INSERT INTO leases (name, holder, until_ms) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
        " SET holder = excluded.holder, until_ms = excluded.until_ms"
        " WHERE leases.holder = excluded.holder OR leases.until_ms <= ? OR leases.until_ms > ?",
        (name, holder, until_ms, now_ms, now_ms + LENGTHS_BELIEVED * (until_ms - now_ms)),
    )
    return taken.rowcount == 1


def end_lease(connection: Connection, name: str, holder: str) -> None:
    """Give a lease back, if it still is this holder's."""
    run(connection, "DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))
