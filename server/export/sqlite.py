"""One SQLite file of all that the asker may see, made to be opened with Datasette: links are followed and have names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from server.comparison.periods import DEFAULT
from server.database.engine import reading
from server.database.export_columns import DATED, HOURLY, KIOSKS, LOCAL_DAY, RECOVERIES, STORES, TABLES
from server.database.export_rows import known_kiosks, ledger_end
from server.database.export_words import wordings
from server.database.life import read_life
from server.database.sqlite_file import FileTable, write_sqlite
from server.export.cursor import Cursor
from server.export.hourly import hourly_chunks
from server.export.kiosks import kiosks_text
from server.export.producing import produce
from server.export.reactions import ReactionLines
from server.export.recoveries import recoveries_chunks
from server.export.shapes import Csv
from server.export.times import utc_text
from server.export.typed import typed_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from server.database.export_columns import Table
    from server.export.shapes import Value
    from server.export.wanted import Wanted

CARD = ("origin", "purpose", "outcome", "insight", "destination", "kind")


class _Facts(NamedTuple):
    epoch: str
    end: int
    about: list[tuple[str, str]]
    questions: list[tuple[Value, ...]]
    kiosks: list[str]


class SqliteFile:
    """Makes the file; `done` of `length` arrivals are in it."""

    def __init__(self, engine: Engine, wanted: Wanted, now_ms: int, period: str = DEFAULT) -> None:
        self._engine = engine
        self._wanted = replace(wanted, raw=True)
        self._now_ms = now_ms
        self._period = period
        self._facts = self._read()
        self._lines = ReactionLines(engine, self._wanted, Csv(DATED, raw=True), dated=True)
        self.length = self._facts.end

    @property
    def cursor(self) -> str:
        """Where what comes after it begins."""
        return str(Cursor(self._facts.epoch, self._facts.end))

    def done(self) -> int:
        """How far it is."""
        return self._lines.position

    def write(self, path: Path) -> None:
        """Write it to a path where nothing is yet."""
        write_sqlite(path, [*self._small(), *self._large()])

    def _small(self) -> list[FileTable]:
        wanted, facts = self._wanted, self._facts
        stores = [(store.code, store.name, store.region, store.timezone) for store in wanted.stores]
        meanings = [
            (table.name, column.name, column.type, column.unit, column.meaning)
            for table in TABLES.values()
            for column in table.columns
        ]
        return [
            FileTable("about", dict.fromkeys(("fact", "value"), "string"), facts.about, ("fact",)),
            _texts("columns", ("table", "column", "type", "unit", "meaning"), meanings, ("table", "column")),
            _texts("stores", ("code", "name", "region", "timezone"), stores, ("code",)),
            _texts("questions", ("code", "name", "signal", "dimension", *CARD), facts.questions, ("code",)),
            self._kiosks(),
        ]

    def _large(self) -> list[FileTable]:
        engine, wanted = self._engine, self._wanted
        figures = produce(engine, self._now_ms, wanted, STORES.name, period=self._period).chunks
        links = (("store", "stores"), ("question", "questions"))
        return [
            _file_table("store_figures", STORES, figures, ("store",), (("store", "stores"),)),
            _file_table(
                *("recoveries", RECOVERIES, recoveries_chunks(engine, wanted), ("recovery",)),
                (*links, ("kiosk", "kiosks")),
            ),
            _file_table("hourly", HOURLY, hourly_chunks(engine, wanted), (), links, ("store", LOCAL_DAY.name)),
            _file_table(
                *("reactions", DATED, self._lines.chunks(0, self._facts.end), ()),
                (*links, ("kiosk", "kiosks")),
                ("store", "question", LOCAL_DAY.name),
            ),
        ]

    def _kiosks(self) -> FileTable:
        """Those that stand somewhere with what is known of them, those that once did by their code alone."""
        text = kiosks_text(self._engine, self._wanted, self._now_ms)
        standing = {str(row[0]): row for row in typed_rows(KIOSKS, [text])}
        gone = (None,) * (len(KIOSKS.names) - 1)
        rows = [
            (code, f"{code} {standing[code][2]}" if code in standing else code, *standing.get(code, (code, *gone))[1:])
            for code in self._facts.kiosks
        ]
        columns = {"code": "string", "name": "string"} | {one.name: one.type for one in KIOSKS.columns[1:]}
        return FileTable("kiosks", columns, rows, ("code",), (("store", "stores"),))

    def _read(self) -> _Facts:
        with reading(self._engine) as connection:
            epoch, end = ledger_end(connection)
            life = read_life(connection)
            latest = {one.code: one for one in wordings(connection) if one.dimension not in self._wanted.hidden}
            kiosks = known_kiosks(connection, [store.id for store in self._wanted.stores])
        questions: list[tuple[Value, ...]] = [
            (one.code, one.texts["en"]["question"], one.signal, one.dimension, *(one.card.get(part, "") for part in CARD))
            for one in latest.values()
        ]
        about = {
            "chain": life.chain,
            "made up": "yes" if life.made_up else "no",
            "written at": utc_text(self._now_ms),
            "cursor": str(Cursor(epoch, end)),
        }
        return _Facts(epoch, end, list(about.items()), questions, kiosks)


def _texts(name: str, columns: Iterable[str], rows: Iterable[tuple[Value, ...]], key: tuple[str, ...]) -> FileTable:
    return FileTable(name, dict.fromkeys(columns, "string"), rows, key)


def _file_table(
    name: str,
    table: Table,
    chunks: Iterator[bytes],
    key: tuple[str, ...],
    links: tuple[tuple[str, str], ...],
    indexes: tuple[str, ...] = (),
) -> FileTable:
    return FileTable(name, {one.name: one.type for one in table.columns}, typed_rows(table, chunks), key, links, indexes)
