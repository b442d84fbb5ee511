"""The buffer's steps as sqlite-utils takes them; loaded only when there is a step to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from kiosk.buffer.schema import MIGRATION_SET, STEPS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable


def apply(conn: sqlite3.Connection, *, stop_before: str | None = None) -> None:
    """Take every step not yet recorded in the file, each in one transaction; `stop_before` names one to leave."""
    _migrations().apply(Database(conn, execute_plugins=False), stop_before=stop_before)


def _migrations() -> Migrations:
    migrations = Migrations(MIGRATION_SET)
    for name, statements in STEPS:
        migrations(name=name)(_step(statements))
    return migrations


def _step(statements: str) -> Callable[[Database], None]:
    def take(db: Database) -> None:
        for statement in statements.split(";"):
            db.execute(statement)

    return take
