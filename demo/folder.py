"""The demonstration's folder: ours alone, used by one demonstration at a time, removed only when it is ours."""

from __future__ import annotations

import fcntl
import os
import shutil
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MARK = "demonstration.txt"
MARK_WORDS = "This folder belongs to Salve's demonstration; `./setup.sh demo --fresh` empties it.\n"


class NotOurs(RuntimeError):
    """The folder can not be used or must not be emptied; the text says why and what to do."""


class Folder:
    """A folder that this process holds until it ends.

    Args:
        path: where; made when missing. A folder with anything in it and without our mark is refused.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def take(self, *, fresh: bool) -> None:
        """Hold the folder, emptied first when `fresh`; raises NotOurs."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            entries = sorted(entry.name for entry in self.path.iterdir())
        except OSError as error:
            raise NotOurs(f"{self.path} can not be used ({error.strerror}); set SALVE_DEMO_DIR to another folder") from error
        if entries and MARK not in entries:
            raise NotOurs(f"{self.path} holds {entries[0]} and is not a demonstration's; set SALVE_DEMO_DIR to another folder")
        self._hold()
        if fresh:
            self._empty()

    def release(self) -> None:
        """Let another demonstration have it; ending the process does the same."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _hold(self) -> None:
        lock = (self.path / MARK).open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip().rpartition(" ")[2]
            lock.close()
            raise NotOurs(f"a demonstration already runs from {self.path} (process {holder})") from error
        lock.truncate(0)
        lock.write(f"{MARK_WORDS}process {os.getpid()}")
        lock.flush()
        self._lock = lock

    def _empty(self) -> None:
        for entry in self.path.iterdir():
            if entry.name == MARK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
