"""Definitions: each version stays as it was made, because reported figures name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from server.database.tables import definitions

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row


def add_definition(connection: Connection, version: int, body: str, now_ms: int, *, made_by: str) -> None:
    """Add a version; `body` is JSON. The database refuses a version that exists."""
    connection.execute(definitions.insert().values(version=version, body=body, made_ms=now_ms, made_by=made_by))


def latest_definition(connection: Connection) -> Row[Any] | None:
    """The highest version's row, or None."""
    return connection.execute(select(definitions).order_by(definitions.c.version.desc()).limit(1)).first()


def definition_at(connection: Connection, at_ms: int) -> Row[Any] | None:
    """The row valid at a moment: the last one made before it, else the first of all, else None."""
    made = select(definitions).where(definitions.c.made_ms <= at_ms).order_by(definitions.c.version.desc()).limit(1)
    first = select(definitions).order_by(definitions.c.version).limit(1)
    return connection.execute(made).first() or connection.execute(first).first()


def all_definitions(connection: Connection) -> list[Row[Any]]:
    """Every version's row, the latest first."""
    return list(connection.execute(select(definitions).order_by(definitions.c.version.desc())))


def definitions_made(connection: Connection) -> list[tuple[int, int]]:
    """Every version with when it was made, in their order."""
    rows = connection.execute(select(definitions.c.version, definitions.c.made_ms).order_by(definitions.c.version))
    return [(version, made_ms) for version, made_ms in rows]
