"""Takes archived reactions out of the database: held against their file first, and never together with what has changed."""

from __future__ import annotations

from itertools import groupby
from time import sleep
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.tallies import Tally
from server.database.archive_files import units_in
from server.database.archives import REPLACED, Archive, finish_archives, replace_archives, unfinished_archives
from server.database.arrow import arrow
from server.database.engine import reading, writing
from server.database.failures import OperationalError
from server.database.leaving import (
    changed_since,
    delete_reactions,
    drop_partition,
    ends_of_ledgers,
    give_back_pages,
    is_anybody_reading_since,
    lock_reactions,
    ranges,
    reactions_in,
    rows_of_range,
    time_of_database,
)
from server.database.presses import presses_of_rows
from server.database.reactions import ReactionRow
from server.database.rollup_check import says_less
from server.database.streams import lock_kiosks
from server.errors import Unfit
from server.export.archive_parts import Parts, fresh_folder, put_in_place, read_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from server.database.archive_files import Unit
    from server.database.leaving import Moment

# In one transaction, on SQLite some 20 ms; then whoever waits to write has its turn.
MOST_AT_ONCE = 2_000
PAUSE_S = 0.01
PAGES_AT_ONCE = 500
LOCK_WAIT_S = 2


class Leaving(NamedTuple):
    """What one run took of one stream and the database still has, the same in every column."""

    kiosk_id: int
    stream: int
    first: int
    last: int
    rows: int


def hold_against(engine: Engine, paths: Sequence[Path], step: Callable[[int], None]) -> None:
    """Hold files against the database, every column of every reaction, and their sums against the roll-ups.

    Raises Unfit when a reaction is another or a roll-up says less.
    """
    for kiosk_id, units in groupby(units_in(paths), key=lambda unit: unit.kiosk_id):
        tally = Tally()
        with reading(engine) as connection:
            for unit in units:
                if _stored(connection, unit) != unit.rows:
                    raise Unfit("Reactions changed while they were archived; nothing was lost, and the next run begins anew.")
                tally.begin_stream()
                tally.add(presses_of_rows(connection, kiosk_id, [ReactionRow(*row[1:]) for row in unit.rows]))
                step(len(unit.rows))
            if says_less(connection, kiosk_id, tally):
                raise Unfit(
                    "Some figures say less than their reactions, and nothing was archived;"
                    " run `salve-server rollup repair`, then archive again."
                )


def move_run(engine: Engine, folder: Path, number: int, now_ms: int, step: Callable[[int], None]) -> None:
    """Take what a run's files hold out of the database; what has changed since stays there, and leaves the files."""
    with reading(engine) as connection:
        archives = [one for one in unfinished_archives(connection) if one.run == number]
        since = ends_of_ledgers(connection)
    ready, changed = _look(engine, [folder / one.path for one in archives])
    for batch in _batches(_drop_ranges(engine, since, ready, step)):
        changed |= _delete(engine, since, batch)
        step(sum(one.rows for one in batch))
        sleep(PAUSE_S)
    if changed:
        _write_without(engine, folder, archives, changed, now_ms)
    else:
        with writing(engine) as connection:
            finish_archives(connection, number, now_ms)


def _look(engine: Engine, paths: Sequence[Path]) -> tuple[list[Leaving], set[tuple[int, int]]]:
    """What is to leave, and the streams (by kiosk and number) that are not as the files have them."""
    ready: list[Leaving] = []
    changed: set[tuple[int, int]] = set()
    for kiosk_id, units in groupby(units_in(paths), key=lambda unit: unit.kiosk_id):
        with reading(engine) as connection:
            for unit in units:
                stored = _stored(connection, unit)
                if stored == unit.rows:
                    ready.append(Leaving(kiosk_id, unit.stream, *unit.span, len(stored)))
                elif stored and stored[0][3] == unit.span[0]:
                    changed.add((kiosk_id, unit.stream))
                # Else it has left, all of it in one transaction; what is there came later.
    return ready, changed


def _stored(connection: Connection, unit: Unit) -> list[tuple[object, ...]]:
    return reactions_in(connection, unit.kiosk_id, unit.stream, *unit.span)


def _drop_ranges(engine: Engine, since: Moment, ready: list[Leaving], step: Callable[[int], None]) -> list[Leaving]:
    """Drop the tables of which all reactions are to leave; returns what is still to be deleted."""
    with reading(engine) as connection:
        known = ranges(connection)
        begun = time_of_database(connection) if known else None
    for first, end in known:
        rows = sum(one.rows for one in ready if first <= one.stream < end)
        if begun is not None and rows and _drop(engine, since, begun, first, end, rows):
            ready = [one for one in ready if not first <= one.stream < end]
            step(rows)
    return ready


def _drop(engine: Engine, since: Moment, begun: datetime, first: int, end: int, rows: int) -> bool:
    """Drop a range of streams in a moment, if it has no more reactions than these.

    False when it has, when something changed there, or when somebody has been reading since before the files were entered:
    a table that is dropped is gone for them, too, while they do not know of the files.
    """
    with reading(engine) as connection:
        if rows_of_range(connection, first, end) != rows:
            return False
    try:
        with writing(engine) as connection:
            lock_reactions(connection, LOCK_WAIT_S)
            if changed_since(connection, since, first, end) or is_anybody_reading_since(connection, begun):
                return False
            drop_partition(connection, first, end)
    except OperationalError:
        return False
    return True


def _batches(ready: Sequence[Leaving]) -> Iterator[list[Leaving]]:
    batch: list[Leaving] = []
    for one in ready:
        if batch and sum(other.rows for other in batch) + one.rows > MOST_AT_ONCE:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _delete(engine: Engine, since: Moment, batch: Sequence[Leaving]) -> set[tuple[int, int]]:
    """Delete what is as it was looked at; returns the streams that are not."""
    changed = set()
    with writing(engine) as connection:
        lock_kiosks(connection, sorted({one.kiosk_id for one in batch}))
        for one in batch:
            if changed_since(connection, since, one.stream, one.stream + 1, one.kiosk_id):
                changed.add((one.kiosk_id, one.stream))
            elif delete_reactions(connection, one.kiosk_id, one.stream, one.first, one.last) != one.rows:
                raise LookupError(f"stream {one.stream} of kiosk {one.kiosk_id} changed without a word in the ledgers")
        give_back_pages(connection, PAGES_AT_ONCE)
    return changed


def _write_without(
    engine: Engine, folder: Path, archives: Sequence[Archive], streams: set[tuple[int, int]], now_ms: int
) -> None:
    """Put files without these streams in the place of a run's files: their reactions stayed in the database."""
    pa, pq, pc = arrow()
    beside = fresh_folder(folder)
    parts = Parts(beside)
    for one in archives:
        for batch in pq.ParquetFile(folder / one.path).iter_batches():
            table = pa.Table.from_batches([batch])
            keep = pa.array([True] * len(table))
            for kiosk_id, stream in streams:
                theirs = pc.and_(pc.equal(table["kiosk_id"], kiosk_id), pc.equal(table["stream_number"], stream))
                keep = pc.and_not(keep, theirs)
            parts.add(table.filter(keep))
    entries = []
    for part in parts.close():
        read_back(part)
        path, digest = put_in_place(part, folder)
        first = archives[0]
        spans = (*part.positions, *part.days)
        entries.append(Archive(first.run, path, part.rows, digest, *spans, first.definition_version, first.made_ms, now_ms))
    beside.rmdir()
    with writing(engine) as connection:
        replace_archives(connection, archives[0].run, entries)
    for path in {one.path for one in archives} - {one.path for one in entries}:
        # Not deleted: a backup that was taken meanwhile names it, and what left the database until then is in it alone.
        (folder / path).rename(folder / f"{path}{REPLACED}")
