"""Keys of kiosks: hashes of their secrets, and which of them still open the door."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, select, update

from server.database.tables import kiosk_keys, kiosks

# Keys handed out in syncs whose replies were lost; the kiosk can only have saved one of the newest.
UNUSED_KEPT = 3


def add_key(connection: Connection, kiosk_id: int, key_id: str, secret_hash: str, made_ms: int) -> None:
    """Let a new key in, beside the ones that are there."""
    connection.execute(kiosk_keys.insert().values(kiosk_id=kiosk_id, key_id=key_id, secret_hash=secret_hash, made_ms=made_ms))


def drop_unused_keys(connection: Connection, kiosk_id: int, since_ms: int) -> None:
    """Delete keys that were handed out since then and never used, except the newest few."""
    unused = (kiosk_keys.c.kiosk_id == kiosk_id) & kiosk_keys.c.used_ms.is_(None) & (kiosk_keys.c.made_ms >= since_ms)
    newest = select(kiosk_keys.c.id).where(unused).order_by(kiosk_keys.c.id.desc()).limit(UNUSED_KEPT)
    connection.execute(delete(kiosk_keys).where(unused, kiosk_keys.c.id.not_in(newest.scalar_subquery())))


def use_key(connection: Connection, kiosk_id: int, key: int, now_ms: int) -> None:
    """Note a key's first use, which ends every other key of the kiosk."""
    connection.execute(update(kiosk_keys).where(kiosk_keys.c.id == key, kiosk_keys.c.used_ms.is_(None)).values(used_ms=now_ms))
    others = (kiosk_keys.c.kiosk_id == kiosk_id) & (kiosk_keys.c.id != key) & kiosk_keys.c.revoked_ms.is_(None)
    connection.execute(update(kiosk_keys).where(others).values(revoked_ms=now_ms))


def revoke_keys(connection: Connection, kiosk_id: int, now_ms: int, made_before_ms: int | None = None) -> int:
    """End all keys of a kiosk, or those made before a moment; returns how many were still good."""
    good = (kiosk_keys.c.kiosk_id == kiosk_id) & kiosk_keys.c.revoked_ms.is_(None)
    if made_before_ms is not None:
        good &= kiosk_keys.c.made_ms < made_before_ms
    return int(connection.execute(update(kiosk_keys).where(good).values(revoked_ms=now_ms)).rowcount)


def newest_key_made_ms(connection: Connection, kiosk_id: int) -> int:
    """When the kiosk's newest key was made, 0 when it never had one."""
    newest = select(func.max(kiosk_keys.c.made_ms)).where(kiosk_keys.c.kiosk_id == kiosk_id)
    return int(connection.execute(newest).scalar_one() or 0)


def kiosks_with_keys(connection: Connection) -> list[str]:
    """The codes of the kiosks that have a key which opens the door."""
    good = select(kiosk_keys.c.id).where(kiosk_keys.c.kiosk_id == kiosks.c.id, kiosk_keys.c.revoked_ms.is_(None))
    found = select(kiosks.c.code).where(good.exists(), kiosks.c.disabled_ms.is_(None)).order_by(kiosks.c.code)
    return list(connection.execute(found).scalars())
