"""Kiosks at the server's door: who shows which key; and what head office does with a kiosk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from server import errors, keys
from server.database import kiosk_keys as key_rows
from server.database import kiosks as rows
from server.database.placements import place, present_placement
from server.database.stores import printable, store_ids
from server.errors import Refusal, Unfit
from server.fleet.configuration import make_config, newest_config, question_codes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from wire.messages import Config


class AuthenticatedKiosk(NamedTuple):
    """A kiosk that showed a good key.

    `key` is the key's row, `key_used` whether it was used before this request, `rotating` whether a newer key is wished for,
    `live_boot` the newest boot that spoke before (0 for none).
    """

    id: int
    code: str
    hardware: str
    key: int
    key_used: bool
    rotating: bool
    live_boot: int


class ShownKey(NamedTuple):
    """A kiosk's key as a request shows it: its id and the hash of its secret."""

    id: str
    secret_hash: str


class KioskLine(NamedTuple):
    """A kiosk as lists show it; `store` and `touchpoint` are None when it stands nowhere, `heard_ms` when it never spoke."""

    code: str
    store: str | None
    touchpoint: str | None
    enrolled_ms: int
    heard_ms: int | None
    disabled: bool
    software: str
    config_applied: int
    config_newest: int
    health: dict[str, Any]


def shown_key(bearer: str | None) -> ShownKey:
    """What a request shows for a key; raises 401 for none or what can not be one, 403 for an export token."""
    if bearer is not None and keys.read_key(keys.EXPORT, bearer) is not None:
        raise errors.wrong_key_kind()
    parts = None if bearer is None else keys.read_key(keys.KIOSK, bearer)
    if parts is None:
        raise errors.key_unknown()
    return ShownKey(*parts)


def callers(connection: Connection, shown: Sequence[ShownKey]) -> list[AuthenticatedKiosk | Refusal]:
    """Whose keys these are (at least one): 401 for a wrong or an ended one, 403 for a kiosk that is switched off."""
    found = rows.kiosks_by_key_ids(connection, [key.id for key in shown])
    return [_caller(found.get(key.id), key) for key in shown]


def authenticate(connection: Connection, bearer: str | None, now_ms: int) -> AuthenticatedKiosk:
    """Whose key this is; raises what `shown_key` raises and `callers` finds."""
    (found,) = callers(connection, [shown_key(bearer)])
    if isinstance(found, Refusal):
        raise found
    return found


def _caller(row: rows.KeyRow | None, shown: ShownKey) -> AuthenticatedKiosk | Refusal:
    if row is None or not keys.same_secret(row.secret_hash, shown.secret_hash):
        return errors.key_unknown()
    if row.revoked_ms is not None:
        return errors.key_revoked()
    if row.disabled_ms is not None:
        return errors.kiosk_disabled()
    rotating = row.rotate_ms is not None and row.made_ms < row.rotate_ms
    return AuthenticatedKiosk(row.id, row.code, row.hardware, row.key, row.used_ms is not None, rotating, row.live_boot)


def give_key(connection: Connection, kiosk_id: int, now_ms: int) -> str:
    """A new key beside the ones there are; its text is shown this once."""
    key = keys.make_key(keys.KIOSK)
    key_rows.add_key(connection, kiosk_id, key.key_id, key.secret_hash, now_ms)
    return key.text


def note_use(connection: Connection, kiosk: AuthenticatedKiosk, now_ms: int) -> None:
    """On a key's first use, end every other key of the kiosk, and the wish for a new one if this is it."""
    if kiosk.key_used:
        return
    key_rows.use_key(connection, kiosk.id, kiosk.key, now_ms)
    if not kiosk.rotating:
        rows.set_rotate(connection, kiosk.id, None)


def next_key(connection: Connection, kiosk: AuthenticatedKiosk, now_ms: int) -> str | None:
    """The key to hand out with this reply, None when the present one is to stay.

    Only hashes are kept, so a reply that was lost is followed by another key; whichever is used first ends the others.
    """
    if not kiosk.rotating:
        return None
    wished_ms = rows.kiosk_by_id(connection, kiosk.id).rotate_ms
    if wished_ms is None:
        return None
    key = give_key(connection, kiosk.id, max(now_ms, wished_ms))
    key_rows.drop_unused_keys(connection, kiosk.id, wished_ms)
    return key


def list_kiosks(connection: Connection) -> list[KioskLine]:
    """Every kiosk by code."""
    return [
        KioskLine(
            row.code,
            row.store,
            row.touchpoint,
            row.enrolled_ms,
            row.heard_ms,
            row.disabled_ms is not None,
            row.software,
            row.config_applied,
            rows.newest_config_version(connection, row.id),
            json.loads(row.health),
        )
        for row in rows.all_kiosks(connection)
    ]


def revoke(connection: Connection, code: str, now_ms: int) -> int:
    """End all keys of a kiosk and return how many were good; raises Unfit when there is no such kiosk."""
    return key_rows.revoke_keys(connection, _id_of(connection, code), now_ms)


def rotate(connection: Connection, code: str, now_ms: int) -> None:
    """Hand the kiosk a new key with its next sync; the old one dies when the new one is first used. Raises Unfit."""
    kiosk_id = _id_of(connection, code)
    # Strictly after every key there is: a key made from now on answers the wish, an older one does not.
    rows.set_rotate(connection, kiosk_id, max(now_ms, key_rows.newest_key_made_ms(connection, kiosk_id) + 1))


def disable(connection: Connection, code: str, now_ms: int) -> None:
    """Switch a kiosk off: it keeps collecting, and its syncs are refused. Raises Unfit when there is no such kiosk."""
    rows.set_disabled(connection, _id_of(connection, code), now_ms)


def enable(connection: Connection, code: str) -> None:
    """Switch a kiosk on again; raises Unfit when there is no such kiosk."""
    rows.set_disabled(connection, _id_of(connection, code), None)


def move(connection: Connection, code: str, store_code: str, now_ms: int, touchpoint: str | None = None) -> Config:
    """Put a kiosk in another store (or at another touchpoint) from now on; returns its new configuration.

    Presses made under older configurations stay where they were made. Raises Unfit when kiosk or store does not exist, or the
    kiosk's questions are not written in the new store's languages.
    """
    kiosk_id = _id_of(connection, code)
    present, config = present_placement(connection, kiosk_id), newest_config(connection, kiosk_id)
    if config is None:
        raise Unfit(f"The kiosk {code} was never set up; enrol it with a new code instead.")
    (store_id,) = store_ids(connection, [store_code])
    spot = touchpoint or (present.touchpoint if present else "")
    placement_id = place(connection, kiosk_id, store_id, printable("touchpoint", spot, least=1), now_ms)
    return make_config(connection, kiosk_id, placement_id, config.layout, question_codes_of(config), now_ms)


def _id_of(connection: Connection, code: str) -> int:
    row = rows.kiosk_by_code(connection, code)
    if row is None:
        raise Unfit(f"There is no kiosk {code}; `salve-server kiosk list` shows all.")
    return int(row.id)
