"""Boots of kiosks' machines, and what ties their clocks to the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import marks, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

# An exchange close to one that is at least as sure says nothing new: a crystal drifts 36 ms in ten minutes.
ANCHOR_EVERY_MS = 600_000
ANCHOR_DRIFT_MS = 36
BOOT = "SELECT number, boot_id, buffer, last_elapsed_ms, offset_ms, offset_elapsed_ms FROM boots"


class BootRow(NamedTuple):
    """A boot under the server's own number, the buffer that counts it, and its earliest arrival (see `tables.boots`)."""

    number: int
    boot_id: str
    buffer: str
    last_elapsed_ms: int | None
    offset_ms: int | None
    offset_elapsed_ms: int | None


def boots_by_id(connection: Connection, kiosk_id: int, boot_ids: Sequence[str]) -> dict[str, BootRow]:
    """The kiosk's boots of these ids that are known."""
    if not boot_ids:
        return {}
    statement = f"{BOOT} WHERE kiosk_id = ? AND boot_id IN ({marks(len(boot_ids))})"
    return {row[1]: BootRow(*row) for row in run(connection, statement, (kiosk_id, *boot_ids))}


def boot_of_number(connection: Connection, kiosk_id: int, number: int) -> BootRow:
    """A boot of a kiosk by the server's number."""
    return BootRow(*run(connection, f"{BOOT} WHERE kiosk_id = ? AND number = ?", (kiosk_id, number)).one())


def add_boot(connection: Connection, kiosk_id: int, boot_id: str, buffer: str, buffer_number: int) -> BootRow:
    """Give a boot the kiosk's next number."""
    highest: int | None = run(connection, "SELECT MAX(number) FROM boots WHERE kiosk_id = ?", (kiosk_id,)).scalar_one()
    number = (highest or 0) + 1
    run(
        connection,
        "INSERT INTO boots (kiosk_id, number, boot_id, buffer, buffer_number) VALUES (?, ?, ?, ?, ?)",
        (kiosk_id, number, boot_id, buffer, buffer_number),
    )
    return BootRow(number, boot_id, buffer, None, None, None)


def save_boot(connection: Connection, kiosk_id: int, boot: BootRow) -> None:
    """Store what is now known of a boot."""
    run(
        connection,
        "UPDATE boots SET last_elapsed_ms = ?, offset_ms = ?, offset_elapsed_ms = ? WHERE kiosk_id = ? AND number = ?",
        (boot.last_elapsed_ms, boot.offset_ms, boot.offset_elapsed_ms, kiosk_id, boot.number),
    )


def add_anchor(connection: Connection, kiosk_id: int, boot: int, elapsed_ms: int, server_ms: int, uncertainty_ms: int) -> None:
    """Keep a completed exchange, unless one near it says the same or better."""
    near = run(
        connection,
        "SELECT 1 FROM anchors WHERE kiosk_id = ? AND boot = ? AND elapsed_ms BETWEEN ? AND ? AND uncertainty_ms <= ? LIMIT 1",
        (
            kiosk_id,
            boot,
            elapsed_ms - ANCHOR_EVERY_MS,
            elapsed_ms + ANCHOR_EVERY_MS,
            uncertainty_ms + ANCHOR_DRIFT_MS,
        ),
    ).first()
    if near is None:
        run(
            connection,
            "INSERT INTO anchors (kiosk_id, boot, elapsed_ms, server_ms, uncertainty_ms) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (kiosk_id, boot, elapsed_ms)"
            " DO UPDATE SET server_ms = excluded.server_ms, uncertainty_ms = excluded.uncertainty_ms",
            (kiosk_id, boot, elapsed_ms, server_ms, uncertainty_ms),
        )


def anchors_around(connection: Connection, kiosk_id: int, boot: int, first_ms: int, last_ms: int) -> list[tuple[int, int, int]]:
    """Elapsed, server time and uncertainty of a boot's exchanges in a span, and of the nearest on each side of it."""
    rows = run(
        connection,
        "SELECT elapsed_ms, server_ms, uncertainty_ms FROM anchors WHERE kiosk_id = ? AND boot = ?"
        " AND elapsed_ms >= COALESCE("
        "(SELECT MAX(elapsed_ms) FROM anchors WHERE kiosk_id = ? AND boot = ? AND elapsed_ms <= ?), 0)"
        " AND elapsed_ms <= COALESCE("
        "(SELECT MIN(elapsed_ms) FROM anchors WHERE kiosk_id = ? AND boot = ? AND elapsed_ms >= ?), 9223372036854775807)"
        " ORDER BY elapsed_ms",
        (kiosk_id, boot, kiosk_id, boot, first_ms, kiosk_id, boot, last_ms),
    )
    return [(elapsed, server, uncertainty) for elapsed, server, uncertainty in rows]
