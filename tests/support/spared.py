"""What comes out alike in every test is done once in a worker: the tables, compiled statements and pages, a starter's rows."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from sqlalchemy import create_engine, event, select

from server.access import passwords
from server.database.engine import make_engine
from server.database.tables import answers, definitions, metadata, questions
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from jinja2.bccache import Bucket
    from sqlalchemy import Connection, Engine, Table

# The first engine of each kind of database.
FIRST: dict[str, Engine] = {}
# What the starter's installation leaves, by its moment.
STARTERS: dict[int, list[tuple[Table, list[dict[str, Any]]]]] = {}


class Pages(BytecodeCache):
    """Compiled templates by name and by the hash of their text, for all apps of a worker."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key, bucket.checksum] = bucket.code


def sharing_engine(*words: Any, **options: Any) -> Engine:
    """create_engine, whose engine knows the statements that those of its kind before it compiled.

    SQLAlchemy keeps them by dialect, so all engines of a kind get that of the first one that ever connected.
    """
    engine = create_engine(*words, **options)
    first = FIRST.get(engine.dialect.name)
    if first is None or first.dialect.server_version_info is None:
        engine._compiled_cache.capacity = 4_000  # of all tests together
        FIRST[engine.dialect.name] = engine
    else:
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    return engine


def make_tables(path: Path) -> None:
    """A SQLite file with this release's tables and no rows."""
    engine = make_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    # What the log still holds would not be in a copy.
    engine.dispose()


def open_copy(tables: Path, folder: Path) -> Engine:
    """An engine on a copy of such a file, whose commits do not wait for the disk: nobody cuts these tests' power."""
    shutil.copyfile(tables, folder / "salve.db")
    engine = make_engine(f"sqlite:///{folder / 'salve.db'}", folder / "archive")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    return engine


def install_once(connection: Connection, now_ms: int) -> None:
    """The starter questions, where there are none: the rows that their installation of this moment left before."""
    if now_ms not in STARTERS:
        install_starter(connection, now_ms)
        STARTERS[now_ms] = [(table, _rows(connection, table)) for table in (questions, answers, definitions)]
        return
    if connection.execute(select(questions.c.id).limit(1)).first() is None:
        for table, rows in STARTERS[now_ms]:
            connection.execute(table.insert(), rows)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """All rows; ids that the database counts are left to it again."""
    counted = {column.name for column in table.primary_key if column is table.autoincrement_column}
    found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return [{name: value for name, value in row.items() if name not in counted} for row in found]


def cheap_passwords(patch: pytest.MonkeyPatch) -> tuple[PasswordHasher, str]:
    """Hashes that cost a thousandth, nobody's too; returns the real hasher and nobody's real hash."""
    real = passwords._HASHER, passwords._NOBODY
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr(passwords, "_HASHER", hasher)
    patch.setattr(passwords, "_NOBODY", hasher.hash("nobody has this password"))
    return real
