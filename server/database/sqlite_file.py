"""Writes a SQLite file for others to read: tables with keys, links between them, and indexes on what is looked for."""

from __future__ import annotations

import errno
import os
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

TYPES: dict[str, type] = {"integer": int, "number": float}


class FileTable(NamedTuple):
    """A table to write.

    `columns` are names with their type: integer, number, or anything else for text. `links` are columns with the table whose
    key they hold; "" in them becomes NULL. `rows` are tuples in the order of the columns.
    """

    name: str
    columns: Mapping[str, str]
    rows: Iterable[Sequence[Any]]
    key: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    indexes: tuple[str, ...] = ()


def write_sqlite(path: Path, tables: Sequence[FileTable]) -> None:
    """Write the tables, those that others link to first, into a file that is not there yet.

    Raises OSError with the file's name where the disk takes no more.
    """
    from sqlite_utils import Database  # heavy, and of use to this alone

    file = Database(str(path))
    try:
        _write_all(file, tables)
    except sqlite3.OperationalError as error:
        full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
        raise OSError(
            errno.ENOSPC if full else errno.EIO, os.strerror(errno.ENOSPC) if full else str(error), str(path)
        ) from error
    finally:
        file.close()


def _write_all(file: Any, tables: Sequence[FileTable]) -> None:
    # Nobody reads it before it has its name, and a half one is thrown away: it needs no journal.
    file.conn.execute("PRAGMA journal_mode = OFF")
    file.conn.execute("PRAGMA synchronous = OFF")
    keys = {table.name: table.key[0] for table in tables if len(table.key) == 1}
    for table in tables:
        _write(file, table, keys)
    for table in tables:
        for column in table.indexes:
            file.table(table.name).create_index([column])
    file.conn.execute("ANALYZE")
    file.conn.commit()


def _write(file: Any, table: FileTable, keys: Mapping[str, str]) -> None:
    key: Any = table.key if len(table.key) > 1 else "".join(table.key) or None
    file.table(table.name).create(
        {name: TYPES.get(kind, str) for name, kind in table.columns.items()},
        pk=key,
        foreign_keys=[(column, other, keys[other]) for column, other in table.links],
    )
    linked = {column for column, _ in table.links}
    values = ", ".join("NULLIF(?, '')" if name in linked else "?" for name in table.columns)
    with file.conn:
        file.conn.executemany(f'INSERT INTO "{table.name}" VALUES ({values})', table.rows)  # noqa: S608  (our own names)
