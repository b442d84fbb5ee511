"""Brings a buffer's tables up to date when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.buffer.schema import MIGRATION_SET, STEPS

if TYPE_CHECKING:
    import sqlite3


def bring_up_to_date(conn: sqlite3.Connection) -> None:
    """Take the steps that this file has not taken yet, each in one transaction."""
    if not _taken(conn) >= {name for name, _ in STEPS}:
        # Loading sqlite-utils takes longer than opening the buffer, and nearly every start finds nothing to do.
        from kiosk.buffer.migrations import apply

        apply(conn)


def _taken(conn: sqlite3.Connection) -> set[str]:
    table = conn.execute("SELECT 1 FROM sqlite_master WHERE name = '_sqlite_migrations'").fetchone()
    if table is None:
        return set()
    return {row[0] for row in conn.execute("SELECT name FROM _sqlite_migrations WHERE migration_set = ?", (MIGRATION_SET,))}
