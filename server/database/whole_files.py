"""Files that have their name only once they are whole and on the disk; a backup's with its SHA-256 beside it."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.database.targets import part_of, target_of
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# What a file system answers that can not flush, or not a folder.
NO_WAY = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF, errno.EACCES, errno.EPERM})


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """A file to write that only its owner may read; it takes its name, and gets its SHA-256 beside it, when it is on the disk.

    Raises Unfit for a name that leads to a device or a pipe.
    """
    file = target_of(file)
    part, sum_part = part_of(file), part_of(sum_of(file))
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield part
        sum_part.write_text(f"{_digest(part)}  {file.name}\n")
        # At no moment does a sum stand beside a file that it was not made of.
        sum_of(file).unlink(missing_ok=True)
        take_name(part, file)
        take_name(sum_part, sum_of(file))
    finally:
        part.unlink(missing_ok=True)
        sum_part.unlink(missing_ok=True)


def sum_of(file: Path) -> Path:
    """Where a backup's SHA-256 stands, as `sha256sum -c` reads it."""
    file = type(file)(os.path.realpath(file))
    return file.with_name(f"{file.name}.sha256")


def check_sum(file: Path) -> bool:
    """Whether a file has its sum beside it. Raises Unfit where it is another, or none."""
    try:
        said, _, _ = sum_of(file).read_text(encoding="utf-8").partition(" ")
        if said != _digest(file):
            raise Unfit(f"{file} is damaged: it is not the file that {sum_of(file).name} was made of.")
    except FileNotFoundError:
        return False
    except UnicodeDecodeError as error:
        raise Unfit(f"{sum_of(file)} is no checksum.") from error
    return True


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


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
