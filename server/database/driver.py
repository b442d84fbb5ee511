"""Plain SQL straight to the driver, for the statements that every sync runs: a small part of the work of compiled ones."""

from __future__ import annotations

from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError, OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection


class Rows:
    """What a statement found, as the driver's own tuples and all of them at once; `rowcount` is how many it changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[tuple[Any, ...]], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Each row, in the statement's order."""
        return iter(self._rows)

    def all(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._rows

    def first(self) -> tuple[Any, ...] | None:
        """The first row, None where there is none."""
        return self._rows[0] if self._rows else None

    def one(self) -> tuple[Any, ...]:
        """The only row; raises ValueError where there is another number of them."""
        (row,) = self._rows
        return row

    def scalar_one(self) -> Any:
        """What stands first in the only row; raises ValueError where there is another number of rows."""
        return self.one()[0]

    def scalar(self) -> Any:
        """What stands first in the first row, None where there is none."""
        return self._rows[0][0] if self._rows else None

    def scalars(self) -> list[Any]:
        """What stands first in each row."""
        return [row[0] for row in self._rows]


def run(connection: Connection, statement: str, values: tuple[Any, ...] = ()) -> Rows:
    """Run one statement that both databases understand; `?` stands for each value, and for nothing else."""
    return _ask(connection, statement, values, many=False)


def run_many(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Run one statement once per row; no rows is nothing to do."""
    if rows:
        _ask(connection, statement, rows, many=True)


def copy_in(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Store rows of a PostgreSQL table through COPY; fails as a statement does."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    cursor: Any = connection.connection.cursor()
    try:
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _failure(connection, statement, error) from error


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


def for_update(connection: Connection, of: str = "") -> str:
    """What makes a SELECT lock its rows, or those `of` one of its tables; SQLite has one writer and no such words."""
    if connection.dialect.name != "postgresql":
        return ""
    return f" FOR UPDATE OF {of}" if of else " FOR UPDATE"


def _ask(connection: Connection, statement: str, values: Sequence[Any], *, many: bool) -> Rows:
    """Have the driver run a statement inside SQLAlchemy's transaction: SQLAlchemy's own way costs seven times as much."""
    said = _for_driver(statement, connection.dialect.name)
    driver: Any = connection.connection.dbapi_connection
    try:
        # Closed at once, also when it fails: one that lived on in a traceback would keep the database for itself.
        with closing(driver.cursor()) as cursor:
            for hear in connection.engine.dispatch.before_cursor_execute:
                hear(connection, cursor, said, values, None, many)
            if many:
                cursor.executemany(said, values)
            else:
                cursor.execute(said, values)
            return Rows([] if cursor.description is None else cursor.fetchall(), cursor.rowcount)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _failure(connection, said, error) from error


def _failure(connection: Connection, statement: str, error: Any) -> DBAPIError:
    """The driver's error as SQLAlchemy would raise it; a connection that is broken is not used again."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection, None)
    if is_gone:
        connection.invalidate(error)
    told: DBAPIError = DBAPIError.instance(
        statement,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
    return told
