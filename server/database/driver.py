"""Plain SQL straight to the driver, for the statements that every sync runs: half the work of compiled ones."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError, OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, CursorResult


def run(connection: Connection, statement: str, values: tuple[Any, ...] = ()) -> CursorResult[*tuple[Any, ...]]:
    """Run one statement that both databases understand; `?` stands for each value, and for nothing else."""
    return connection.exec_driver_sql(_for_driver(statement, connection.dialect.name), values)


def run_many(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run one statement once per row; no rows is nothing to do."""
    if rows:
        connection.exec_driver_sql(_for_driver(statement, connection.dialect.name), list(rows))


def copy_in(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Store rows of a PostgreSQL table through COPY; fails as a statement does."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    driver = connection.dialect.loaded_dbapi
    cursor: Any = connection.connection.cursor()
    try:
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        raise DBAPIError.instance(statement, None, error, driver.Error, dialect=connection.dialect) from error


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """Undo what the block did when it raises, and leave the transaction usable; not when the database itself is in trouble."""
    run(connection, "SAVEPOINT part")
    try:
        yield
    except OperationalError:
        raise
    except Exception:
        run(connection, "ROLLBACK TO SAVEPOINT part")
        run(connection, "RELEASE SAVEPOINT part")
        raise
    run(connection, "RELEASE SAVEPOINT part")


def truths(connection: Connection) -> tuple[bool, bool] | tuple[int, int]:
    """What to give the driver for False and True: SQLite's looks for an adapter for every bool, and stores 0 or 1."""
    return (0, 1) if connection.dialect.name == "sqlite" else (False, True)


def marks(count: int) -> str:
    """`?, ?, ?` for a list of that many values."""
    return ", ".join("?" * count)


@cache
def _for_driver(statement: str, dialect: str) -> str:
    return statement.replace("?", "%s") if dialect == "postgresql" else statement


def for_update(connection: Connection) -> str:
    """What makes a SELECT lock its rows; SQLite has one writer and no such words."""
    return " FOR UPDATE" if connection.dialect.name == "postgresql" else ""
