"""What ties a boot's clock to the server's, put together: its exchanges, its earliest arrival, and the boots around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.boot_order import Between, KnownBoot, between
from server.analysis.drift import Bound, Fix
from server.analysis.times import NOT_KNOWN_MS, BootClock
from server.database.boots import anchors_around
from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.database.boots import BootRow

BOOTS = (
    "SELECT b.number, b.buffer_number, COALESCE(b.last_elapsed_ms, 0), b.offset_elapsed_ms, b.offset_ms,"
    " f.elapsed_ms, f.server_ms, f.uncertainty_ms, l.elapsed_ms, l.server_ms, l.uncertainty_ms FROM boots b"
    " LEFT JOIN (SELECT boot, MIN(elapsed_ms) AS first_ms, MAX(elapsed_ms) AS last_ms FROM anchors WHERE kiosk_id = ?"
    " GROUP BY boot) e ON e.boot = b.number"
    " LEFT JOIN anchors f ON f.kiosk_id = b.kiosk_id AND f.boot = b.number AND f.elapsed_ms = e.first_ms"
    " LEFT JOIN anchors l ON l.kiosk_id = b.kiosk_id AND l.boot = b.number AND l.elapsed_ms = e.last_ms"
    " WHERE b.kiosk_id = ? AND b.buffer = ? ORDER BY b.number"
)


def limits_of_boots(connection: Connection, kiosk_id: int, buffer: str) -> dict[int, Between]:
    """Between which moments each boot of one buffer lies, by the server's number; boots without known neighbours are left out.

    Boots whose request named no buffer have no order, and no limits.
    """
    if not buffer:
        return {}
    rows = run(connection, BOOTS, (kiosk_id, kiosk_id, buffer))
    return between(
        [
            KnownBoot(number, place, length_ms, _fix(*row[:3]), _fix(*row[3:]), _bound(arrived_elapsed_ms, offset_ms))
            for number, place, length_ms, arrived_elapsed_ms, offset_ms, *row in rows
        ]
    )


def clock_of_boot(connection: Connection, kiosk_id: int, boot: BootRow, arrived_ms: int) -> BootClock:
    """All that is known of a boot's clock, for presses that arrived then."""
    fixes = anchors_around(connection, kiosk_id, boot.number, 0, NOT_KNOWN_MS)
    bound = bound_of(boot)
    limits = None
    if not fixes and bound is None:
        limits = limits_of_boots(connection, kiosk_id, boot.buffer).get(boot.number)
    return BootClock([Fix(*fix) for fix in fixes], [] if bound is None else [bound], arrived_ms, limits)


def bound_of(boot: BootRow) -> Bound | None:
    """The earliest arrival known in a boot."""
    return _bound(boot.offset_elapsed_ms, boot.offset_ms)


def _fix(elapsed_ms: int | None, server_ms: int | None, uncertainty_ms: int | None) -> Fix | None:
    return (
        None
        if elapsed_ms is None or server_ms is None or uncertainty_ms is None
        else Fix(elapsed_ms, server_ms, uncertainty_ms)
    )


def _bound(elapsed_ms: int | None, offset_ms: int | None) -> Bound | None:
    return None if elapsed_ms is None or offset_ms is None else Bound(elapsed_ms, offset_ms)
