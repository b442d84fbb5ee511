"""Reads the archive's files: reactions as they were in the database, and the facts that exports make lines of."""

from __future__ import annotations

from collections import OrderedDict
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from server.database.archives import all_archives, archives_between, find_files, folder_of, is_whole
from server.database.arrow import arrow
from server.database.codes import MARKS, REASONS, TIME_QUALITIES
from server.database.export_facts import pack
from server.database.reactions import ReactionRow, is_stored
from server.errors import archive_damaged, archive_incomplete

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from server.database.archives import Archive

# What a file has besides the columns of a month's export, so that a reaction can be read back as it was.
OWN = (
    *("kiosk_id", "stream_number", "boot", "elapsed_ms", "wall_ms", "synced", "button"),
    *("placement_id", "question_id", "answer_id", "faces", "pressed_ms"),
)
NAMES = {"stream": "stream_number"}
WORDS = {"mark": MARKS, "reason": REASONS, "time_quality": TIME_QUALITIES}
RAW = ["position", *(NAMES.get(name, name) for name in ReactionRow._fields)]
FACTS = ["position", "seq", "placement_id", "question_id", "answer_id", "pressed_ms", "uncertainty_ms"]
FACTS += ["config_version", "time_quality", "mark", "reason", "counted", "visit"]
# Reactions in memory at once, some 40 MB; each block goes through the files anew.
BLOCK_ROWS = 40_000
GROUPS_KEPT = 4


class Unit(NamedTuple):
    """What one run took of one stream, by seq: each is the position of its arrival, then the columns of a ReactionRow."""

    kiosk_id: int
    stream: int
    rows: list[tuple[Any, ...]]

    @property
    def span(self) -> tuple[int, int]:
        """First and last seq."""
        seq = 1 + ReactionRow._fields.index("seq")
        return self.rows[0][seq], self.rows[-1][seq]


def kiosks_in(paths: Sequence[Path]) -> dict[int, int]:
    """How many reactions each kiosk has in these files."""
    _, pq, pc = arrow()
    found: dict[int, int] = {}
    for path in paths:
        for one in pc.value_counts(pq.read_table(path, columns=["kiosk_id"], partitioning=None)["kiosk_id"]).to_pylist():
            found[one["values"]] = found.get(one["values"], 0) + one["counts"]
    return found


def units_in(paths: Sequence[Path], kiosk_ids: Collection[int] | None = None) -> Iterator[Unit]:
    """What the files of one run hold, of these kiosks or of all, stream by stream and kiosk by kiosk."""
    counts = {kiosk: count for kiosk, count in kiosks_in(paths).items() if kiosk_ids is None or kiosk in kiosk_ids}
    block: list[int] = []
    held = 0
    for kiosk in sorted(counts):
        if block and held + counts[kiosk] > BLOCK_ROWS:
            yield from _units(paths, block)
            block, held = [], 0
        block.append(kiosk)
        held += counts[kiosk]
    if block:
        yield from _units(paths, block)


def _units(paths: Sequence[Path], kiosk_ids: list[int]) -> Iterator[Unit]:
    pa, pq, _ = arrow()
    of_these = [("kiosk_id", "in", kiosk_ids)]
    tables = [pq.read_table(path, columns=RAW, filters=of_these, partitioning=None) for path in paths]
    table = pa.concat_tables(tables).sort_by([(name, "ascending") for name in ("kiosk_id", "stream_number", "seq")])
    rows = zip(*(_values(table, name) for name in RAW), strict=True)
    for (kiosk, stream), found in groupby(rows, key=lambda row: row[1:3]):
        yield Unit(kiosk, stream, list(found))


def _values(table: Any, name: str) -> list[Any]:
    values: list[Any] = table[name].to_pylist()
    if name in WORDS:
        number = WORDS[name]
        return [number[word] for word in values]
    return [bool(value) for value in values] if name == "counted" else values


def archived_units(connection: Connection, kiosk_ids: Collection[int]) -> Iterator[Unit]:
    """What the archive has of these kiosks, without what is still in the database too, run by run.

    Raises 503 when a file is not there, or not as it was written.
    """
    archives = all_archives(connection)
    if archives:
        find_files(connection, 0, max(one.last_position for one in archives))
    for _, of_run in groupby(archives, key=lambda one: one.run):
        files = list(of_run)
        for one in files:
            _check(folder_of(connection), one)
        for unit in units_in([folder_of(connection) / one.path for one in files], kiosk_ids):
            if files[0].moved_ms is not None or not is_stored(connection, unit.kiosk_id, unit.stream, unit.span[0]):
                yield unit


class ArchivedFacts:
    """Finds archived reactions by their positions, as `export_rows.reactions_of` finds those of the database.

    Files without any of the local days [from_day, to_day) are not opened. Remembers the last few groups of rows: exports go
    through the files in order.
    """

    def __init__(self, from_day: int | None = None, to_day: int | None = None) -> None:
        self._days = from_day, to_day
        self._groups: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._files: dict[str, Any] = {}

    def at(self, connection: Connection, positions: Sequence[int]) -> list[tuple[Any, ...]]:
        """The archived reactions of these growing positions, in no order.

        Raises 503 when a file is not there, or not as it was written.
        """
        found: list[tuple[Any, ...]] = []
        for one in archives_between(connection, positions[0], positions[-1], *self._days):
            for group in self._overlapping(folder_of(connection), one, positions):
                rows = zip(*(_values(group, name) for name in FACTS), strict=True)
                found += [(position, *pack(*facts)) for position, *facts in rows]
        return found

    def _overlapping(self, folder: Path, one: Archive, positions: Sequence[int]) -> Iterator[Any]:
        pa, pq, pc = arrow()
        name = one.path
        if name not in self._files:
            _check(folder, one)
            self._files[name] = pq.ParquetFile(folder / name)
        file = self._files[name]
        place = file.schema_arrow.get_field_index("position")
        for number in range(file.metadata.num_row_groups):
            known = file.metadata.row_group(number).column(place).statistics
            if known.max < positions[0] or known.min > positions[-1]:
                continue
            table = self._groups.pop((name, number), None)
            if table is None:
                table = file.read_row_group(number, columns=FACTS)
            self._groups[name, number] = table
            if len(self._groups) > GROUPS_KEPT:
                self._groups.popitem(last=False)
            yield table.filter(pc.is_in(table["position"], value_set=pa.array(positions, pa.int64())))


def _check(folder: Path, one: Archive) -> None:
    """Read a file before anything of it is told: a disk may change a figure and leave the rest readable."""
    if not (folder / one.path).is_file():
        raise archive_incomplete(one.path)
    if not is_whole(folder / one.path, one.digest):
        raise archive_damaged(one.path)
