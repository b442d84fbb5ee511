"""Reactions as Parquet files, one a month of the store's clock, in folders that DuckDB and Spark read as one table."""

from __future__ import annotations

import io
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from server.database.arrow import arrow
from server.database.engine import reading
from server.database.export_columns import DATED, LOCAL_DAY
from server.database.export_rows import ledger_end
from server.database.whole_files import flush_if_possible, take_name
from server.export.cursor import Cursor
from server.export.reactions import ReactionLines
from server.export.shapes import Csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from server.export.wanted import Wanted

FILE = "reactions.parquet"
# A row group: large enough to be packed well, small enough for many months to have one in memory.
GROUP_ROWS = 60_000


class ParquetMonths:
    """Makes the files; `done` of `length` arrivals are in them. Raises 501 where pyarrow is not installed."""

    def __init__(self, engine: Engine, wanted: Wanted) -> None:
        arrow()
        self._lines = ReactionLines(engine, replace(wanted, raw=True), Csv(DATED, raw=True), dated=True)
        with reading(engine) as connection:
            self._epoch, self.length = ledger_end(connection)

    @property
    def cursor(self) -> str:
        """Where what comes after them begins."""
        return str(Cursor(self._epoch, self.length))

    def done(self) -> int:
        """How far they are."""
        return self._lines.position

    def write(self, folder: Path) -> list[Path]:
        """Write `month=2026-11/reactions.parquet` and so on into a folder, each whole or not at all; returns the files.

        A month's file that is there is replaced; one of a month without reactions now is left alone.
        """
        folder.mkdir(exist_ok=True)
        part = folder / f".part-{os.getpid()}"
        part.mkdir()
        try:
            months = self._write_months(part)
            found = []
            for month in months:
                whole = folder / f"month={month}"
                whole.mkdir(exist_ok=True)
                take_name(part / month, whole / FILE, flush_if_possible)
                found.append(whole / FILE)
            flush_if_possible(folder)
            return found
        finally:
            shutil.rmtree(part)

    def pieces(self) -> Iterator[bytes]:
        """Everything as one file, in pieces as they are made: no more than a group is in memory.

        Raises 503 at once when a file of the archive that may be needed is not there. Cut off, it lacks what says where
        its columns are, and nobody can take it for a whole one.
        """
        return self._pieces(self._tables())

    @staticmethod
    def _pieces(tables: Iterator[Any]) -> Iterator[bytes]:
        _, pq, _ = arrow()
        sink = _Sink()
        with pq.ParquetWriter(sink, month_schema(), compression="zstd") as writer:
            for table in _grouped(tables):
                writer.write_table(table)
                yield sink.take()
        yield sink.take()

    def _write_months(self, folder: Path) -> list[str]:
        pa, pq, pc = arrow()
        writers: dict[str, Any] = {}
        waiting: dict[str, list[Any]] = {}
        try:
            for table in self._tables():
                months = pc.strftime(table[LOCAL_DAY.name], "%Y-%m")
                for month in pc.unique(months).to_pylist():
                    if month not in writers:
                        writers[month] = pq.ParquetWriter(folder / month, month_schema(), compression="zstd")
                    waiting.setdefault(month, []).append(table.filter(pc.equal(months, month)))
                    if sum(len(one) for one in waiting[month]) >= GROUP_ROWS:
                        writers[month].write_table(pa.concat_tables(waiting.pop(month)))
            for month, tables in waiting.items():
                writers[month].write_table(pa.concat_tables(tables))
        finally:
            for writer in writers.values():
                writer.close()
        return sorted(writers)

    def _tables(self) -> Iterator[Any]:
        chunks = self._lines.chunks(0, self.length)
        next(chunks)  # the header
        return (table_of(chunk) for chunk in chunks)


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Keep this, too."""
        piece = bytes(data)
        self._pieces.append(piece)
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        """How much was written since the beginning."""
        return self._length

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def _grouped(tables: Iterator[Any]) -> Iterator[Any]:
    pa, _, _ = arrow()
    group: list[Any] = []
    for table in tables:
        group.append(table)
        if sum(len(one) for one in group) >= GROUP_ROWS:
            yield pa.concat_tables(group)
            group = []
    if group:
        yield pa.concat_tables(group)


def table_of(chunk: bytes) -> Any:
    """An Arrow table of some lines of a dated export's CSV, made with `raw`."""
    from pyarrow import csv

    schema = month_schema()
    return csv.read_csv(
        io.BytesIO(chunk),
        read_options=csv.ReadOptions(column_names=list(DATED.names), use_threads=False),
        convert_options=csv.ConvertOptions(column_types=schema, strings_can_be_null=False),
    )


def month_schema() -> Any:
    """The columns of a month's file."""
    pa, _, _ = arrow()
    # The offset of the local time is worth more than its being a moment again; that is pressed_at.
    kinds = {"integer": pa.int64(), "date": pa.date32(), "datetime": pa.timestamp("ms", "UTC")}
    fields = [
        pa.field(
            column.name,
            pa.string() if column.name == "local_time" else kinds.get(column.type, pa.string()),
            metadata={"description": column.meaning},
        )
        for column in DATED.columns
    ]
    return pa.schema(fields)
