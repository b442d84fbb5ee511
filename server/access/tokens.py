"""Export tokens: making one, and letting its bearer in or refusing it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from server import keys
from server.database import tokens as rows
from server.database.engine import reading, writing
from server.database.failures import OperationalError
from server.database.stores import printable, store_ids
from server.errors import Unfit, token_ended, token_unknown, wrong_key_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

DAY_MS = 86_400_000
MOST_DAYS = 365
USE_NOTED_EVERY_MS = 60_000


class ExportToken(NamedTuple):
    """A program that showed a valid token; `all_stores` is false for one bound to some stores.

    `employees` says that it may also read what employees' kiosks say (dimension EX).
    """

    id: int
    name: str
    all_stores: bool
    employees: bool = False


def add_token(
    connection: Connection,
    name: str,
    store_codes: Sequence[str] | None,
    days: int,
    now_ms: int,
    *,
    employees: bool = False,
) -> str:
    """Make a token and return its text, which is shown this once.

    `store_codes` None means all stores; `days` is 1 to 365; `employees` adds what employees' kiosks say. Raises Unfit with a
    sentence when something does not fit.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Unfit(f"A token is valid for 1 to {MOST_DAYS} days, not {days}.", "token-days")
    if store_codes is not None and not store_codes:
        raise Unfit("A token bound to stores needs at least one.")
    bound = None if store_codes is None else store_ids(connection, store_codes)
    key = keys.make_key(keys.EXPORT)
    name = printable("name", name, least=1)
    until_ms = now_ms + days * DAY_MS
    rows.insert_token(connection, name, key.key_id, key.secret_hash, bound, now_ms, until_ms, employees=employees)
    return key.text


class TokenLine(NamedTuple):
    """A token as lists show it; `key_id` is its public part, `stores` are empty for all stores, `used_ms` None for never."""

    key_id: str
    name: str
    stores: tuple[str, ...]
    employees: bool
    made_ms: int
    expires_ms: int
    used_ms: int | None
    revoked_ms: int | None


def list_tokens(connection: Connection) -> list[TokenLine]:
    """Every token, the newest first."""
    stores = rows.stores_of_tokens(connection)
    return [
        TokenLine(
            row.key_id,
            row.name,
            tuple(stores.get(row.id, ())),
            row.employees,
            row.made_ms,
            row.expires_ms,
            row.used_ms,
            row.revoked_ms,
        )
        for row in rows.all_tokens(connection)
    ]


def revoke_token(connection: Connection, key_id: str, now_ms: int) -> str:
    """End a token at once, named by its public part or its whole text, and return its name; raises Unfit for an unknown one."""
    row = rows.token_by_key_id(connection, key_id.removeprefix(keys.EXPORT)[: keys.ID_LETTERS])
    if row is None:
        raise Unfit(f"There is no token {key_id[:20]}; `salve-server token list` shows all.")
    if row.revoked_ms is None:
        rows.end_token(connection, row.id, now_ms)
    return str(row.name)


def authenticate_token(engine: Engine, bearer: str, now_ms: int) -> ExportToken:
    """Who shows this token; notes its use at most once a minute.

    Raises 401 for none, a wrong, an ended or an expired one, 403 for a kiosk's key.
    """
    if bearer.startswith(keys.KIOSK):
        raise wrong_key_kind()
    parts = keys.read_key(keys.EXPORT, bearer)
    if parts is None:
        raise token_unknown()
    key_id, secret_hash = parts
    with reading(engine) as connection:
        row = rows.token_by_key_id(connection, key_id)
    if row is None or not keys.same_secret(row.secret_hash, secret_hash):
        raise token_unknown()
    if row.revoked_ms is not None or row.expires_ms <= now_ms:
        raise token_ended()
    if row.used_ms is None or now_ms - row.used_ms >= USE_NOTED_EVERY_MS:
        # While the database is busy, an export matters more than the note that it was asked for.
        with suppress(OperationalError), writing(engine) as connection:
            rows.use_token(connection, row.id, now_ms)
    return ExportToken(row.id, row.name, row.all_stores, row.employees)
