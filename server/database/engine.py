"""How the database is opened, read and written: one engine, two kinds of transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event

from server.database.driver import run

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

WRITE, ARCHIVE = "salve_write", "salve_archive"


def make_engine(url: str, archive: Path | None = None) -> Engine:
    """An engine for SQLite or PostgreSQL; on SQLite every connection has WAL, synchronous=FULL and foreign keys.

    `archive` is the folder of the files that the table `archives` names.
    """
    # The connection used last first: its page cache is warm, and a quiet server does not keep eight of them.
    engine = create_engine(
        url,
        pool_size=8,
        max_overflow=64,
        pool_use_lifo=True,
        pool_pre_ping=url.startswith("postgresql"),
        hide_parameters=True,
        execution_options={ARCHIVE: archive},
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One read transaction: everything read inside it is of one moment."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def asking(engine: Engine) -> Iterator[Connection]:
    """A connection for one statement that reads: without a transaction around it, which costs several times as much."""
    options = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction, committed at the end, rolled back on any exception."""
    with engine.connect().execution_options(**{WRITE: True}) as connection, connection.begin():
        yield connection


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN comes late and never IMMEDIATE; _begin_sqlite says it instead.
    connection.isolation_level = None
    connection.execute("PRAGMA busy_timeout = 10000")
    # Of a new file alone, so that it can give back what the archive takes away: of another it is a write and waits for others.
    if connection.execute("PRAGMA page_count").fetchone() == (0,):
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A read transaction that turns into a write one fails at once when another wrote in between; so writers say so first.
    options: dict[str, Any] = dict(connection.get_execution_options())
    run(connection, "BEGIN IMMEDIATE" if options.get(WRITE) else "BEGIN")
