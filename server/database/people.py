"""People who sign in: their rows, and the stores that managers and regions are bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from server.database.tables import stores, user_stores, users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row


def insert_user(
    connection: Connection, email: str, password_hash: str, role: str, store_ids: Sequence[int], now_ms: int
) -> int:
    """Add a person with the stores they are bound to and return their id; `email` is in small letters."""
    values = {"email": email, "password_hash": password_hash, "role": role, "language": "", "made_ms": now_ms}
    user_id = int(connection.execute(users.insert().values(values).returning(users.c.id)).scalar_one())
    if store_ids:
        connection.execute(user_stores.insert(), [{"user_id": user_id, "store_id": store_id} for store_id in store_ids])
    return user_id


def user_by_email(connection: Connection, email: str) -> Row[Any] | None:
    """The person of that address (small letters) with all columns, disabled or not, or None."""
    return connection.execute(select(users).where(users.c.email == email)).first()


def set_password(connection: Connection, user_id: int, password_hash: str) -> None:
    """Replace a person's password hash."""
    connection.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


def set_language(connection: Connection, user_id: int, language: str) -> None:
    """Remember the language a person chose; "" is none."""
    connection.execute(update(users).where(users.c.id == user_id).values(language=language))


def set_disabled(connection: Connection, user_id: int, disabled_ms: int | None) -> None:
    """Disable a person from a moment on, or enable them again with None."""
    connection.execute(update(users).where(users.c.id == user_id).values(disabled_ms=disabled_ms))


def all_users(connection: Connection) -> list[Row[Any]]:
    """Everybody with all columns, by address."""
    return list(connection.execute(select(users).order_by(users.c.email)))


def stores_of_users(connection: Connection) -> dict[int, list[str]]:
    """The codes of the stores that each person is bound to, by the person's id."""
    found: dict[int, list[str]] = {}
    bound = select(user_stores.c.user_id, stores.c.code).join(stores, stores.c.id == user_stores.c.store_id)
    for user_id, code in connection.execute(bound.order_by(stores.c.code)):
        found.setdefault(user_id, []).append(code)
    return found


def able_admins(connection: Connection) -> list[int]:
    """The ids of administrators who may sign in, locked where rows can be: of two who disable each other, one must wait."""
    able = select(users.c.id).where(users.c.role == "admin", users.c.disabled_ms.is_(None))
    return list(connection.execute(able.with_for_update()).scalars())
