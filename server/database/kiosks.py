"""Kiosks: who they are, what they last said of themselves, and what their buffers claim."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, update

from server.database.driver import marks, run
from server.database.tables import config_versions, kiosk_syncs, kiosks, placements, stores

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select


class KeyRow(NamedTuple):
    """A key, and the kiosk it belongs to (its `id` and what follows)."""

    key: int
    secret_hash: str
    made_ms: int
    used_ms: int | None
    revoked_ms: int | None
    id: int
    code: str
    hardware: str
    disabled_ms: int | None
    rotate_ms: int | None
    live_boot: int


BLOCK = 8
# More configurations than this are not made between a backup and its restore.
FAR_OFF = 10_000


def add_kiosk(connection: Connection, hardware: str, software: str, now_ms: int) -> int:
    """The id of the kiosk with this hardware, made with the next K-number when it is new."""
    # Two enrolments of one device may run at once; the second finds the first's row instead of failing.
    run(
        connection,
        "INSERT INTO kiosks (code, hardware, enrolled_ms) VALUES (?, ?, ?) ON CONFLICT (hardware) DO NOTHING",
        ("new-" + secrets.token_hex(8), hardware, now_ms),
    )
    row = connection.execute(select(kiosks.c.id, kiosks.c.code).where(kiosks.c.hardware == hardware)).one()
    run(
        connection,
        "INSERT INTO kiosk_syncs (kiosk_id, software, config_seen, config_applied, health) VALUES (?, ?, 0, 0, '{}')"
        " ON CONFLICT (kiosk_id) DO NOTHING",
        (row.id, software),
    )
    if row.code.startswith("new-"):
        connection.execute(update(kiosks).where(kiosks.c.id == row.id).values(code=f"K-{row.id:03d}"))
    return int(row.id)


def kiosk_by_id(connection: Connection, kiosk_id: int) -> Row[Any]:
    """The kiosk with all its columns and its last sync's, locked where the database locks rows."""
    # Not its key: whoever writes rows that refer to several kiosks would wait, and two such in a ring.
    return connection.execute(_whole().where(kiosks.c.id == kiosk_id).with_for_update(key_share=True)).one()


def kiosk_by_code(connection: Connection, code: str) -> Row[Any] | None:
    """The kiosk of that code with all its columns and its last sync's, or None."""
    return connection.execute(_whole().where(kiosks.c.code == code)).first()


def kiosks_by_key_ids(connection: Connection, key_ids: list[str]) -> dict[str, KeyRow]:
    """The keys of these ids (at least one) that there are, and the kiosks they belong to."""
    # Filled up to a whole block, so that there are few statements to prepare and remember.
    wanted = (*key_ids, *key_ids[-1:] * (-len(key_ids) % BLOCK))
    rows = run(
        connection,
        "SELECT y.key_id, y.id, y.secret_hash, y.made_ms, y.used_ms, y.revoked_ms,"  # noqa: S608
        " k.id, k.code, k.hardware, k.disabled_ms, k.rotate_ms, k.live_boot"
        f" FROM kiosk_keys y JOIN kiosks k ON k.id = y.kiosk_id WHERE y.key_id IN ({marks(len(wanted))})",
        wanted,
    )
    return {key_id: KeyRow(*row) for key_id, *row in rows}


def all_kiosks(connection: Connection) -> list[Row[Any]]:
    """Every kiosk by code, with its present store and touchpoint (None when it stands nowhere)."""
    present = (placements.c.kiosk_id == kiosks.c.id) & placements.c.until_ms.is_(None)
    found = (
        _whole()
        .add_columns(stores.c.code.label("store"), placements.c.touchpoint)
        .outerjoin(placements, present)
        .outerjoin(stores, stores.c.id == placements.c.store_id)
        .order_by(kiosks.c.code)
    )
    return list(connection.execute(found))


def note_sync(
    connection: Connection,
    kiosk_id: int,
    heard_ms: int,
    software: str,
    config_applied: int,
    config_seen: int,
    health: str,
) -> int:
    """Keep what a sync says of the kiosk; an empty `health` leaves the last one.

    Returns the version of the kiosk's newest configuration, 0 when it has none.
    """
    newest: int = run(
        connection,
        "UPDATE kiosk_syncs SET heard_ms = ?, software = ?, config_applied = ?,"
        " health = CASE WHEN ? = '' THEN health ELSE ? END,"
        " config_seen = CASE WHEN config_seen < ? THEN ? ELSE config_seen END WHERE kiosk_id = ?"
        " RETURNING (SELECT COALESCE(MAX(version), 0) FROM config_versions WHERE kiosk_id = ?)",
        (heard_ms, software, config_applied, health, health, config_seen, config_seen, kiosk_id, kiosk_id),
    ).scalar_one()
    return newest


def note_boot(connection: Connection, kiosk_id: int, boot: int) -> None:
    """Keep the newest boot that spoke; only it grows."""
    run(connection, "UPDATE kiosks SET live_boot = ? WHERE id = ? AND live_boot < ?", (boot, kiosk_id, boot))


def note_totals(connection: Connection, kiosk_id: int, buffer: str, thanked: int, refused: int, heard_ms: int) -> None:
    """Keep what a buffer says it thanked for and refused; the numbers only grow, so a late request can not take them back."""
    run(
        connection,
        "INSERT INTO buffers (kiosk_id, buffer, thanked, refused, heard_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (kiosk_id, buffer) DO UPDATE SET"
        " thanked = CASE WHEN excluded.thanked > buffers.thanked THEN excluded.thanked ELSE buffers.thanked END,"
        " refused = CASE WHEN excluded.refused > buffers.refused THEN excluded.refused ELSE buffers.refused END,"
        " heard_ms = excluded.heard_ms",
        (kiosk_id, buffer, thanked, refused, heard_ms),
    )


def newest_config_version(connection: Connection, kiosk_id: int) -> int:
    """The kiosk's newest configuration's version, 0 when it has none."""
    highest: int | None = run(
        connection, "SELECT MAX(version) FROM config_versions WHERE kiosk_id = ?", (kiosk_id,)
    ).scalar_one()
    return highest or 0


def next_config_version(connection: Connection, seen: int) -> int:
    """A version that no kiosk of this server has had, and above what this one has `seen`.

    Presses of a card that moves to another kiosk then never mean that kiosk's buttons. After a restore the count goes on above
    what kiosks report; a report far off (a damaged file) moves only the kiosk that made it.
    """
    statement = "UPDATE counters SET value = value + 1 WHERE name = 'config' RETURNING value"
    version: int = run(connection, statement).scalar_one()
    if seen < version:
        return version
    if seen - version < FAR_OFF:
        run(connection, "UPDATE counters SET value = ? WHERE name = 'config'", (seen + 1,))
    return seen + 1


def set_disabled(connection: Connection, kiosk_id: int, disabled_ms: int | None) -> None:
    """Switch a kiosk off, or on again with None."""
    connection.execute(update(kiosks).where(kiosks.c.id == kiosk_id).values(disabled_ms=disabled_ms))


def set_rotate(connection: Connection, kiosk_id: int, rotate_ms: int | None) -> None:
    """Wish for a new key, or end the wish with None."""
    connection.execute(update(kiosks).where(kiosks.c.id == kiosk_id).values(rotate_ms=rotate_ms))


def set_config_seen(connection: Connection, kiosk_id: int, version: int) -> None:
    """Note the highest version that the kiosk may know, so that the next is above it."""
    connection.execute(update(kiosk_syncs).where(kiosk_syncs.c.kiosk_id == kiosk_id).values(config_seen=version))


def config_body(connection: Connection, kiosk_id: int, version: int) -> str | None:
    """The stored JSON of one configuration."""
    wanted = (config_versions.c.kiosk_id == kiosk_id) & (config_versions.c.version == version)
    return connection.execute(select(config_versions.c.body).where(wanted)).scalar_one_or_none()


def _whole() -> Select[*tuple[Any, ...]]:
    """Kiosks with what their last sync said."""
    said = [column for column in kiosk_syncs.c if column is not kiosk_syncs.c.kiosk_id]
    return select(kiosks, *said).join(kiosk_syncs, kiosk_syncs.c.kiosk_id == kiosks.c.id)
