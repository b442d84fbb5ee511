"""Export tokens: their rows, the stores they are bound to, and when they were last used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from server.database.tables import export_token_stores, export_tokens, stores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row


def insert_token(
    connection: Connection,
    name: str,
    key_id: str,
    secret_hash: str,
    store_ids: Sequence[int] | None,
    now_ms: int,
    expires_ms: int,
    *,
    employees: bool = False,
) -> int:
    """Add a token bound to some stores, or to all with None, and return its id; `employees` lets it read their presses too."""
    values = {
        "name": name,
        "key_id": key_id,
        "secret_hash": secret_hash,
        "all_stores": store_ids is None,
        "employees": employees,
        "made_ms": now_ms,
        "expires_ms": expires_ms,
    }
    token_id = int(connection.execute(export_tokens.insert().values(values).returning(export_tokens.c.id)).scalar_one())
    if store_ids:
        bound = [{"token_id": token_id, "store_id": store_id} for store_id in store_ids]
        connection.execute(export_token_stores.insert(), bound)
    return token_id


def token_by_key_id(connection: Connection, key_id: str) -> Row[Any] | None:
    """The token with that public part, with all columns, ended or not, or None."""
    return connection.execute(select(export_tokens).where(export_tokens.c.key_id == key_id)).first()


def use_token(connection: Connection, token_id: int, now_ms: int) -> None:
    """Note when a token was last used."""
    connection.execute(update(export_tokens).where(export_tokens.c.id == token_id).values(used_ms=now_ms))


def end_token(connection: Connection, token_id: int, now_ms: int) -> None:
    """End a token at once."""
    connection.execute(update(export_tokens).where(export_tokens.c.id == token_id).values(revoked_ms=now_ms))


def all_tokens(connection: Connection) -> list[Row[Any]]:
    """Every token with all columns, the newest first."""
    return list(connection.execute(select(export_tokens).order_by(export_tokens.c.made_ms.desc(), export_tokens.c.id.desc())))


def stores_of_tokens(connection: Connection) -> dict[int, list[str]]:
    """The codes of the stores that each token is bound to, by the token's id."""
    found: dict[int, list[str]] = {}
    bound = select(export_token_stores.c.token_id, stores.c.code).join(stores, stores.c.id == export_token_stores.c.store_id)
    for token_id, code in connection.execute(bound.order_by(stores.c.code)):
        found.setdefault(token_id, []).append(code)
    return found
