"""Where a file that gets its name when it is whole may go: never in the place of a device, a pipe or a link."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from server.errors import Unfit

if TYPE_CHECKING:
    from pathlib import Path


def is_regular(file: Path) -> bool:
    """Whether a name leads to a regular file, or to nothing yet; a device or a pipe can only be written into."""
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except FileNotFoundError:
        return True


def target_of(file: Path) -> Path:
    """What a file of this name takes the place of: where a link leads to, so that the link stays.

    Raises Unfit for what is no regular file: its place must not be taken.
    """
    if not is_regular(file):
        raise Unfit(f"{file} is no regular file, and this can only be written into one; name another.")
    return type(file)(os.path.realpath(file))


def part_of(file: Path) -> Path:
    """What the file is called until it is whole; what runs that were killed have left of it is removed."""
    remove_left(file.parent, f"{file.name}.part-")
    return file.with_name(f"{file.name}.part-{os.getpid()}")


def remove_left(folder: Path, begin: str) -> list[Path]:
    """Remove files whose names are this and the number of a process that has ended; returns folders of such names."""
    folders = []
    for left in folder.glob(f"{_literal(begin)}*"):
        number = left.name.removeprefix(begin)
        if not number.isdecimal() or _runs(int(number)):
            continue
        if left.is_dir() and not left.is_symlink():
            folders.append(left)
        else:
            with suppress(OSError):
                left.unlink()
    return folders


def _literal(text: str) -> str:
    return "".join(f"[{one}]" if one in "*?[" else one for one in text)


def _runs(process: int) -> bool:
    """Whether another process of this number is at work; our own number on a file means one that had it before."""
    if process == os.getpid():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
