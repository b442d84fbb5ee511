"""One transaction, and what a failure of it means."""

from __future__ import annotations

import errno
import sqlite3


class Transaction:
    """BEGIN IMMEDIATE ... COMMIT; anything raised inside or by COMMIT leaves nothing open."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn

    def __enter__(self) -> None:
        self._conn.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                self._conn.execute("COMMIT")
            except BaseException:
                self._undo()
                raise
        else:
            self._undo()

    def _undo(self) -> None:
        # A full disk ends the transaction by itself.
        if self._conn.in_transaction:
            self._conn.rollback()


def is_full(error: BaseException) -> bool:
    """Whether card or cap had no room."""
    return _code(error) == sqlite3.SQLITE_FULL


def has_no_room(error: BaseException) -> bool:
    """Whether the card had no room, for SQLite or for another file."""
    return is_full(error) or getattr(error, "errno", None) == errno.ENOSPC


def is_damage(error: BaseException) -> bool:
    """Whether the file turned out to be damaged while in use."""
    return _code(error) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _code(error: BaseException) -> int:
    # Extended codes carry the plain one in their low byte.
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
