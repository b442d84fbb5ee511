"""Moves an embedded database to PostgreSQL: all of it or nothing, and every row is read back before it counts."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from server.audit import COMMAND_LINE, Act
from server.database.audit import note
from server.database.driver import copy_in, run
from server.database.engine import writing
from server.database.migrate import upgrade
from server.database.partitions import make_partitions
from server.database.sqlite_copies import alone
from server.database.tables import metadata, reactions
from server.database.whole_files import flush
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Engine, Table

    from server.database.holdings import Tell

# A new database has these rows of its own.
BEGINNING = {"life", "counters"}
# Referred to first; reactions last, when the numbers of streams are there to make their partitions by.
TABLES = [table for table in metadata.sorted_tables if table is not reactions] + [reactions]


class Sum(NamedTuple):
    """How many rows a table has, and what they add up to in whatever order they are read."""

    rows: int
    digest: int


class _Adding:
    """Passes rows on and adds them up."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = rows
        self.count = self._digest = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows:
            # True is 1 in SQLite.
            plain = tuple(int(value) if isinstance(value, bool) else value for value in row)
            self._digest += int.from_bytes(hashlib.blake2b(repr(plain).encode(), digest_size=8).digest())
            self.count += 1
            yield row

    @property
    def sum(self) -> Sum:
        return Sum(self.count, self._digest % 2**64)


def move(source: Engine, target: Engine, kept: str, tell: Tell, now_ms: int) -> dict[str, Sum]:
    """Copy every row of a SQLite database of this release into an empty PostgreSQL, and take the old file out of use.

    Nobody may use the old database meanwhile; afterwards it has the name `kept`, so that no forgotten server goes on with it.
    Epoch and positions stay: neither kiosks nor export programs notice. Everything is one transaction, so a move that was
    broken off leaves an empty target, and is simply begun again.

    Raises Unfit when the target holds anything, the source is in use, or a table does not read back as it was written.
    """
    if source.dialect.name != "sqlite" or target.dialect.name != "postgresql":
        raise Unfit("A move goes from the embedded SQLite database to an address that begins with postgresql+psycopg://.")
    place = Path(source.url.database or "")
    with alone(place) as here:
        if here is None:
            raise Unfit(f"There is no database {place}.")
        upgrade(target)
        with writing(target) as there:
            moved = _move_all(here, there, tell)
            note(there, now_ms, COMMAND_LINE, Act.MOVED, rows=sum(one.rows for one in moved.values()))
        place.rename(place.with_name(kept))
        flush(place.parent)
    return moved


def _move_all(here: Connection, there: Connection, tell: Tell) -> dict[str, Sum]:
    for table in TABLES:
        if table.name not in BEGINNING and run(there, f"SELECT 1 FROM {table.name} LIMIT 1").first() is not None:  # noqa: S608
            raise Unfit(f"The database to move to is not empty: its table {table.name} has rows. Give a new one.")
    for name in BEGINNING:
        run(there, f"DELETE FROM {name}")  # noqa: S608
    moved: dict[str, Sum] = {}
    for at, table in enumerate(TABLES, 1):
        if table is reactions:
            run(there, "SELECT setval('stream_numbers', value) FROM counters WHERE name = 'stream' AND value > 0")
            make_partitions(there)
        moved[table.name] = _move_table(here, there, table)
        tell(at, len(TABLES))
    return moved


def _move_table(here: Connection, there: Connection, table: Table) -> Sum:
    columns = [f'"{column.name}"' for column in table.columns]
    read = f"SELECT {', '.join(columns)} FROM {table.name}"  # noqa: S608
    written = _Adding(here.connection.cursor().execute(read))
    copy_in(there, table.name, columns, written)
    stored = _Adding(_streamed(there, read))
    for _row in stored:
        """Only to be added up."""
    if stored.sum != written.sum:
        raise Unfit(f"The table {table.name} did not arrive as it was; nothing was moved.")
    own = table.autoincrement_column
    if own is not None and own.autoincrement is not False:
        highest = f"(SELECT COALESCE(MAX({own.name}), 0) + 1 FROM {table.name})"  # noqa: S608
        run(there, f"SELECT setval(pg_get_serial_sequence('{table.name}', '{own.name}'), {highest}, false)")
    return written.sum


def _streamed(there: Connection, statement: str) -> Iterator[tuple[Any, ...]]:
    """Rows as they come, not all at once."""
    driver: Any = there.connection.driver_connection
    cursor = driver.cursor(name="salve_read")
    cursor.itersize = 5_000
    with cursor:
        cursor.execute(statement)
        yield from cursor
