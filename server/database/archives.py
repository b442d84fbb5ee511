"""The table of the archive's files, which hold reactions that left the database or are leaving it."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from server.database.arrow import arrow
from server.database.driver import run, run_many
from server.database.engine import ARCHIVE
from server.errors import Unfit, archive_incomplete

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine


class Archive(NamedTuple):
    """One file; `path` is in the archive's folder, `moved_ms` None while some of its reactions may be in the database too.

    Files of one `run` hold whole parts of streams between them, over which no figure reaches.
    """

    run: int
    path: str
    rows: int
    digest: str
    first_position: int
    last_position: int
    first_day: int
    last_day: int
    definition_version: int
    made_ms: int
    moved_ms: int | None


# What a file is called beside its place once this database no longer names it: one that another run's file stands for, or that
# only another life of the database knows. A backup may still name it, so that none is ever deleted.
REPLACED, UNKNOWN = ".replaced", ".unknown"
COLUMNS = ", ".join(Archive._fields)
INSERT = f"INSERT INTO archives ({COLUMNS}) VALUES ({', '.join('?' * len(Archive._fields))})"  # noqa: S608


def folder_of(owner: Connection | Engine) -> Path:
    """The archive's folder. Raises Unfit where the database was opened without one."""
    found: Path | None = owner.get_execution_options().get(ARCHIVE)
    if found is None:
        raise Unfit("This database has an archive, and was opened without SALVE_ARCHIVE_DIR.")
    return found


def all_archives(connection: Connection) -> list[Archive]:
    """Every file, by run."""
    return _read(connection, "", ())


def archives_between(
    connection: Connection, first: int, last: int, from_day: int | None = None, to_day: int | None = None
) -> list[Archive]:
    """The files that may hold what arrived at positions from first to last, of the local days [from_day, to_day)."""
    found = _read(connection, "WHERE last_position >= ? AND first_position <= ?", (first, last))
    # A day more at both ends: a store's time zone may have been put right since they were written.
    return [
        one
        for one in found
        if (from_day is None or one.last_day >= from_day - 1) and (to_day is None or one.first_day <= to_day)
    ]


def unfinished_archives(connection: Connection) -> list[Archive]:
    """The files of which some reactions may still be in the database."""
    return _read(connection, "WHERE moved_ms IS NULL", ())


def archives_of_days(connection: Connection, first: int, last: int) -> list[Archive]:
    """The files with reactions of local days from first to last."""
    return _read(connection, "WHERE last_day >= ? AND first_day <= ?", (first, last))


def next_run(connection: Connection) -> int:
    """A number that no run had yet."""
    highest: int | None = run(connection, "SELECT MAX(run) FROM archives").scalar_one()
    return (highest or 0) + 1


def lock_archives(connection: Connection) -> None:
    """Let nobody else enter files until the transaction ends; SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        run(connection, "LOCK TABLE archives IN SHARE ROW EXCLUSIVE MODE")


def enter_archives(connection: Connection, archives: Sequence[Archive]) -> None:
    """Enter files that are whole and in their place."""
    run_many(connection, INSERT, archives)


def finish_archives(connection: Connection, number: int, now_ms: int) -> None:
    """Say that none of a run's reactions is in the database any more."""
    run(connection, "UPDATE archives SET moved_ms = ? WHERE run = ?", (now_ms, number))


def replace_archives(connection: Connection, number: int, archives: Sequence[Archive]) -> None:
    """Enter other files in the place of a run's."""
    run(connection, "DELETE FROM archives WHERE run = ?", (number,))
    enter_archives(connection, archives)


def check_files(connection: Connection) -> None:
    """Read every file and hold it against its digest.

    Raises Unfit with the names of those that are missing or damaged, and of those that are whole under another name.
    """
    archives, folder = all_archives(connection), folder_of(connection)
    wrong = [one for one in archives if not is_whole(folder / one.path, one.digest)]
    if wrong:
        names = (f"{one.path}{ending}" for one in wrong for ending in (REPLACED, UNKNOWN))
        digests = {one.path: one.digest for one in wrong}
        beside = [name for name in names if is_whole(folder / name, digests[name.rpartition(".")[0]])]
        put_aside = f" Once it is restored, take the last ending off the names of {', '.join(beside)}." if beside else ""
        raise Unfit(
            f"Of the {len(archives)} files of the archive that belong to it {len(wrong)} are missing or damaged in"
            f" {folder}: {', '.join(one.path for one in wrong)}.{put_aside}"
        )


def find_files(connection: Connection, after: int, end: int, from_day: int | None = None, to_day: int | None = None) -> None:
    """Raise 503 when a file that may hold what arrived in (after, end] is not there, 501 when it could not be read.

    A file without any of the local days [from_day, to_day) is not looked for.
    """
    archives = archives_between(connection, after + 1, end, from_day, to_day)
    if archives:
        arrow()
    for one in archives:
        if not (folder_of(connection) / one.path).is_file():
            raise archive_incomplete(one.path)


def archived_month(connection: Connection, first: int, last: int) -> str:
    """The first month like 2026-09 of local days from first to last of which something is in the archive, or ""."""
    begin = date.fromordinal(first).replace(day=1).toordinal()
    days = [max(begin, one.first_day) for one in archives_of_days(connection, begin, last)]
    return f"{date.fromordinal(min(days)):%Y-%m}" if days else ""


def archived_days(connection: Connection, days: Collection[int]) -> set[int]:
    """Of these local days those of whose month, up to them, something is in the archive."""
    if not days:
        return set()
    begins = {day: date.fromordinal(day).replace(day=1).toordinal() for day in days}
    found = archives_of_days(connection, min(begins.values()), max(days))
    return {day for day, begin in begins.items() if any(one.first_day <= day and one.last_day >= begin for one in found)}


def is_whole(path: Path, digest: str) -> bool:
    """Whether a file is there, and as it was written."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def _read(connection: Connection, where: str, values: tuple[int, ...]) -> list[Archive]:
    statement = f"SELECT {COLUMNS} FROM archives {where} ORDER BY run, path"  # noqa: S608
    return [Archive(*row) for row in run(connection, statement, values)]
