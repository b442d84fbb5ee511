"""What a database holds, as a backup of it is held against it; and files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run
from server.database.life import read_life
from server.database.tables import metadata
from server.database.targets import part_of, target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    # Told how much is done, and how much there is.
    Tell = Callable[[int, int], None]
    # What a restored database is told about itself, in a write transaction of its own life.
    Mark = Callable[[Connection], None]


# What a file system answers that can not flush, or not a folder.
NO_WAY = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM})


class Holding(NamedTuple):
    """What a database held at one moment: its life, its last position, its rows by table."""

    epoch: str
    position: int
    rows: dict[str, int]

    @property
    def reactions(self) -> int:
        """How many reactions are stored."""
        return self.rows["reactions"]

    @property
    def archived(self) -> int:
        """How many files of the archive belong to it."""
        return self.rows["archives"]


def read_holding(connection: Connection) -> Holding:
    """What this database of this release holds."""
    last: int = run(connection, "SELECT value FROM counters WHERE name = 'position'").scalar_one()
    rows: dict[str, int] = {
        name: run(connection, f"SELECT COUNT(*) FROM {name}").scalar_one()  # noqa: S608
        for name in sorted(metadata.tables)
    }
    return Holding(read_life(connection).epoch, last, rows)


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """A file to write that only its owner may read; it takes its name when it is whole and on the disk.

    Raises Unfit for a name that leads to a device or a pipe.
    """
    file = target_of(file)
    part = part_of(file)
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield part
        take_name(part, file)
    finally:
        part.unlink(missing_ok=True)


def take_name(part: Path, file: Path, flushing: Callable[[Path], None] | None = None) -> None:
    """Give a whole file its name; both are on the disk afterwards, and at no moment has the name a file that is not."""
    to_disk = flushing or flush
    to_disk(part)
    part.replace(file)
    to_disk(file.parent)


def flush_if_possible(path: Path) -> None:
    """The same on a file system that may have no way to do so, as mounted ones may; its own closing has to do then.

    Raises OSError where it tried and failed.
    """
    try:
        flush(path)
    except OSError as error:
        if error.errno not in NO_WAY:
            raise


def flush(path: Path) -> None:
    """Wait until a file, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
