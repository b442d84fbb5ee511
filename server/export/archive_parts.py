"""Writes the archive's files: by month, employees' presses apart, each read back whole before it gets its name."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from server.database.archive_files import OWN
from server.database.arrow import arrow
from server.database.dimensions import EMPLOYEES
from server.database.export_columns import LOCAL_DAY
from server.database.whole_files import flush
from server.errors import Unfit
from server.export.parquet import GROUP_ROWS, month_schema

if TYPE_CHECKING:
    from pathlib import Path

# What is read back at once.
BATCH_ROWS = 20_000
# Nobody reads a folder with a dot.
PARTS = ".parts"
TEXTS, TRUTHS = frozenset({"button"}), frozenset({"synced"})
UNIX_EPOCH_DAY = 719_163


class Part(NamedTuple):
    """A file without its name; `folder` is where it belongs in the archive, `digest` of every value in it."""

    path: Path
    folder: str
    rows: int
    digest: str
    positions: tuple[int, int]
    days: tuple[int, int]


class Parts:
    """The files of one run, written into a folder beside their places. Raises 501 where pyarrow is not installed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing: dict[str, _Writing] = {}

    def add(self, table: Any) -> None:
        """Add reactions in the order of their positions: columns as in `archive_schema`."""
        _, _, pc = arrow()
        months = pc.strftime(table[LOCAL_DAY.name], "%Y-%m")
        employees = pc.equal(table["dimension"], EMPLOYEES)
        for month in pc.unique(months).to_pylist():
            for kind, of_kind in (("reactions", pc.invert(employees)), ("employees", employees)):
                some = table.filter(pc.and_(pc.equal(months, month), of_kind))
                if len(some):
                    self._of(f"{kind}/month={month}").add(some)

    def close(self) -> list[Part]:
        """End the files, and wait until they are on the disk."""
        return [writing.close() for _, writing in sorted(self._writing.items())]

    def _of(self, folder: str) -> _Writing:
        if folder not in self._writing:
            self._writing[folder] = _Writing(self._folder / str(len(self._writing)), folder)
        return self._writing[folder]


class _Writing:
    """One file while it grows."""

    def __init__(self, path: Path, folder: str) -> None:
        _, pq, _ = arrow()
        self._path, self._folder = path, folder
        self._writer = pq.ParquetWriter(path, archive_schema(), compression="zstd")
        self._waiting: list[Any] = []
        self._digest = hashlib.sha256()
        self._rows = 0
        self._positions: list[int] = []
        self._days: list[int] = []

    def add(self, table: Any) -> None:
        _, _, pc = arrow()
        digest_rows(self._digest, table)
        self._rows += len(table)
        self._positions += pc.min_max(table["position"]).as_py().values()
        self._days += [day.toordinal() for day in pc.min_max(table[LOCAL_DAY.name]).as_py().values()]
        self._waiting.append(table)
        if sum(map(len, self._waiting)) >= GROUP_ROWS:
            self._write()

    def close(self) -> Part:
        self._write()
        self._writer.close()
        flush(self._path)
        spans = [(min(numbers), max(numbers)) for numbers in (self._positions, self._days)]
        return Part(self._path, self._folder, self._rows, self._digest.hexdigest(), *spans)

    def _write(self) -> None:
        if self._waiting:
            pa, _, _ = arrow()
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting = []


def fresh_folder(archive: Path) -> Path:
    """An empty folder for files that have no name yet; what a run that was broken off left there goes."""
    folder = archive / PARTS
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def archive_schema() -> Any:
    """The columns of a month's export, then those of the reaction as it was in the database."""
    pa, _, _ = arrow()
    schema = month_schema()
    for name in OWN:
        kind = pa.string() if name in TEXTS else pa.bool_() if name in TRUTHS else pa.int64()
        schema = schema.append(pa.field(name, kind, metadata={"description": "as the kiosk and the server recorded it"}))
    return schema


def read_back(part: Part) -> None:
    """Read every value of a file and hold it against what was to be written. Raises Unfit when it is another."""
    pa, pq, _ = arrow()
    digest, rows = hashlib.sha256(), 0
    with pq.ParquetFile(part.path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            digest_rows(digest, pa.Table.from_batches([batch]))
            rows += len(batch)
    if (rows, digest.hexdigest()) != (part.rows, part.digest):
        raise Unfit(f"A file for {part.folder} does not read back as it was written; nothing was archived.")


def put_in_place(part: Part, archive: Path) -> tuple[str, str]:
    """Give a file its name, which holds the beginning of its digest; returns its path in the archive and the digest."""
    with part.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    folder = archive / part.folder
    folder.mkdir(parents=True, exist_ok=True)
    name = f"reactions-{digest[:16]}.parquet"
    part.path.replace(folder / name)
    for changed in (folder, folder.parent, archive):
        flush(changed)
    return f"{part.folder}/{name}", digest


def digest_rows(digest: Any, table: Any) -> None:
    """Add every value of a table's rows, row by row, to a digest: however the rows are grouped, it ends the same."""
    pa, _, _ = arrow()
    columns = []
    for column in table.columns:
        # As plain numbers: making date objects of them takes most of the time.
        kind = pa.int32() if pa.types.is_date32(column.type) else pa.int64() if pa.types.is_timestamp(column.type) else None
        columns.append((column if kind is None else column.cast(kind)).to_pylist())
    digest.update("".join(f"{row!r}\n" for row in zip(*columns, strict=True)).encode())
