"""Moves old reactions to Parquet files; each is at every moment in the database or in a file that was read back.

A run takes what is older than a local day. Its files are written, read back, held against the database and the roll-ups, named
and entered in the table `archives`; then its reactions leave the database, stream by stream, each in a transaction that sees
that nothing of the stream has changed since it was held against its file. Broken off before it was entered a run never was,
and broken off later it goes on. Until a run has ended, a reaction that is in both places counts as that of the database.
"""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from server.comparison.periods import local_today
from server.database.archives import (
    UNKNOWN,
    Archive,
    all_archives,
    enter_archives,
    lock_archives,
    next_run,
    unfinished_archives,
)
from server.database.arrow import arrow
from server.database.definitions import latest_definition
from server.database.engine import reading, writing
from server.database.leaving import oldest_heard_ms
from server.database.stores import all_stores
from server.errors import Unfit
from server.export.archive_moving import hold_against, move_run
from server.export.archive_parts import UNIX_EPOCH_DAY, Parts, fresh_folder, put_in_place, read_back
from server.export.archive_rows import ArchiveRows, select_before
from server.export.reactions import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from server.database.holdings import Tell
    from server.export.archive_rows import Selection

log = logging.getLogger("salve.archive")

OTHERS = "Another program is archiving into this database, too; nothing was lost, and the next run begins anew."


class Archived(NamedTuple):
    """What a call did: reactions that left the database, the files they are in, files nobody knows that were set aside."""

    rows: int
    files: list[Archive]
    aside: list[str]


def closed_before(engine: Engine, now_ms: int, months: int) -> int:
    """The first local day (ordinal) of what is kept: the running month everywhere, and that many whole ones before it."""
    with reading(engine) as connection:
        zones = {store.timezone for store in all_stores(connection)} or {"UTC"}
    today = min(local_today(zone, now_ms) for zone in zones)
    month = today.year * 12 + today.month - 1 - months
    return date(month // 12, month % 12 + 1, 1).toordinal()


def months_due(engine: Engine, end_day: int) -> Iterator[Selection]:
    """What is older than a day, month by month, so that no run is longer than it must be; looks into the database each time."""
    with reading(engine) as connection:
        oldest_ms = oldest_heard_ms(connection)
    if oldest_ms is None or not select_before(engine, end_day).rows:
        return
    month = date.fromordinal(UNIX_EPOCH_DAY + oldest_ms // DAY_MS).replace(day=1)
    while month.toordinal() < end_day:
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        found = select_before(engine, min(month.toordinal(), end_day))
        if found.rows:
            yield found


class Archiving:
    """Works on one folder, which must be this caller's alone: whoever calls holds the lease."""

    def __init__(self, engine: Engine, folder: Path, now_ms: int, tell: Tell, *, make: bool = False) -> None:
        arrow()
        if make:
            folder.mkdir(exist_ok=True, mode=0o700)
        if not folder.is_dir():
            raise Unfit(f"SALVE_ARCHIVE_DIR: there is no folder {folder}; it is never made, because it may be a mount.")
        self._engine = engine
        self._folder = folder
        self._now_ms = now_ms
        self._tell = tell
        self._done = self._whole = 0

    def archive(self, end_day: int) -> Archived:
        """End what was broken off, then archive what is older than a local day (ordinal).

        Raises Unfit when roll-ups say less than their reactions, or a file does not read back; OSError when one can not be
        written. What was archived before stays so.
        """
        with reading(self._engine) as connection:
            begun = sorted({one.run for one in unfinished_archives(connection)})
            before = {one.path for one in all_archives(connection) if one.run not in begun}
        for number in begun:
            move_run(self._engine, self._folder, number, self._now_ms, self._step)
        for selection in months_due(self._engine, end_day):
            self._run(selection)
        with reading(self._engine) as connection:
            known = all_archives(connection)
        files = [one for one in known if one.path not in before]
        return Archived(sum(one.rows for one in files), files, self._set_aside({one.path for one in known}))

    def _run(self, selection: Selection) -> None:
        self._whole += 3 * selection.rows
        with reading(self._engine) as connection:
            number, definition = next_run(connection), latest_definition(connection)
            if unfinished_archives(connection):
                raise Unfit(OTHERS)
        folder = fresh_folder(self._folder)
        parts = Parts(folder)
        for table in ArchiveRows(self._engine, selection).tables():
            parts.add(table)
            self._step(len(table))
        written = parts.close()
        if sum(part.rows for part in written) != selection.rows:
            raise Unfit("Reactions changed while they were archived; nothing was lost, and the next run begins anew.")
        for part in written:
            read_back(part)
        hold_against(self._engine, [part.path for part in written], self._step)
        version = 0 if definition is None else definition.version
        placed = [(part, *put_in_place(part, self._folder)) for part in written]
        folder.rmdir()
        entries = [
            Archive(number, path, part.rows, digest, *part.positions, *part.days, version, self._now_ms, None)
            for part, path, digest in placed
        ]
        self._step(0)
        with writing(self._engine) as connection:
            lock_archives(connection)
            # A lease is no lock: where clocks differ or stood still another may have archived the same meanwhile.
            if next_run(connection) != number:
                raise Unfit(OTHERS)
            enter_archives(connection, entries)
        self._step(0)
        move_run(self._engine, self._folder, number, self._now_ms, self._step)

    def _step(self, rows: int) -> None:
        self._done += rows
        self._tell(self._done, max(self._whole, self._done))

    def _set_aside(self, known: set[str]) -> list[str]:
        """Files that this database does not know, of a life before a restore: nobody is to count their reactions twice."""
        aside = []
        for path in sorted(self._folder.glob("*/month=*/*.parquet")):
            name = str(path.relative_to(self._folder))
            if name not in known:
                path.rename(path.with_name(path.name + UNKNOWN))
                aside.append(name + UNKNOWN)
        return aside
