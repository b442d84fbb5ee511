"""Exports that are files rather than lines: Parquet leaves as it is made, SQLite once it is whole."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from server.database.engine import reading
from server.database.export_marks import reactions_on
from server.errors import not_found, too_much
from server.export.parquet import ParquetMonths
from server.export.sending import PIECE_BYTES
from server.export.sqlite import SqliteFile
from server.export.tags import closed_tag
from server.export.wanted import Wanted, read_wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Response
    from sqlalchemy import Connection, Engine

    from server.access.people import Person
    from server.access.tokens import ExportToken
    from server.export.pulls import Pull
    from server.export.sending import Sender

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")
# Two million take a minute or so; behind an address nobody waits much longer.
MOST_REACTIONS = 2_000_000
CURSOR_HEADER = "Salve-Cursor"


def send_sqlite(engine: Engine, sender: Sender, wanted: Wanted, now_ms: int, period: str, pull: Pull) -> Response:
    """`salve.sqlite` of what is wanted."""
    _refuse_too_much(engine, wanted)
    made = SqliteFile(engine, wanted, now_ms, wanted.period(period))
    answer = sender.send(pull.reader, "salve.sqlite", "application/vnd.sqlite3", pull.noted(lambda: _pieces(made.write)))
    answer.headers[CURSOR_HEADER] = made.cursor
    return answer


def month_wanted(connection: Connection, asker: ExportToken | Person, month: str, codes: list[str]) -> Wanted:
    """The reactions of a month like 2026-11; raises 404 for what is none."""
    if not MONTH.match(month) or month.startswith("0000"):
        raise not_found()
    first = date.fromisoformat(f"{month}-01")
    last_month = first.month == 12
    if last_month and first.year == date.max.year:
        raise not_found()
    end = date(first.year + last_month, first.month % 12 + 1, 1)
    return read_wanted(connection, asker, codes, first.isoformat(), end.isoformat())


def send_month(engine: Engine, sender: Sender, wanted: Wanted, now_ms: int, month: str, pull: Pull) -> Response:
    """One month as Parquet."""
    # The tag first: one that knew of more than the file holds would keep its reader from ever asking for that.
    with reading(engine) as connection:
        tag = closed_tag(connection, wanted, now_ms, "parquet")
    made = ParquetMonths(engine, wanted)
    return sender.send(pull.reader, f"{month}.parquet", "application/vnd.apache.parquet", pull.noted(made.pieces), tag)


def _refuse_too_much(engine: Engine, wanted: Wanted) -> None:
    """Refuse (400) by what would be in the file: of these stores and days alone, so that fewer of them do help."""
    with reading(engine) as connection:
        store_ids = [store.id for store in wanted.stores]
        count = reactions_on(connection, store_ids, wanted.from_day, wanted.to_day, wanted.hidden)
    if count > MOST_REACTIONS:
        command = "salve-server export reactions --format sqlite -o salve.sqlite"
        raise too_much(f"This would be {count} reactions, and at an address that is too many", command)


def _pieces(write: Callable[[Path], None]) -> Iterator[bytes]:
    """Make the file now, and give it out in pieces; its name is gone before the first of them."""
    with tempfile.TemporaryDirectory(prefix="salve-export-") as folder:
        path = Path(folder) / "export"
        write(path)
        file = path.open("rb")
    return _read(file)


def _read(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece
