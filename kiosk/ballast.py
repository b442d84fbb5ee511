"""A file that holds 1 MiB of the card, to let go of when the card is full: SQLite needs room even to delete."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kiosk.files import write_durably

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BALLAST_BYTES = 1024 * 1024
# What must stay free beside it, for the WAL of the presses until it is folded next.
SPARE_BYTES = 256 * 1024
NAME = "ballast"


class Ballast:
    """The ballast of one data folder; `free` tells how many bytes its file system still takes."""

    def __init__(self, folder: Path, free: Callable[[Path], int]) -> None:
        self._folder = folder
        self._path = folder / NAME
        self._free = free

    def is_there(self) -> bool:
        """Whether there is something to let go of."""
        return self._path.exists()

    def let_go(self) -> None:
        """Give its room back to the card."""
        self._path.unlink(missing_ok=True)

    def tend(self) -> None:
        """Make it when it is missing and the card has room for it and more."""
        if not self.is_there() and self._free(self._folder) >= BALLAST_BYTES + 2 * SPARE_BYTES:
            # Random bytes, because a file system that compresses or leaves holes would promise room that it does not have.
            try:
                write_durably(self._path, os.urandom(BALLAST_BYTES))
            except OSError:
                # Somebody else took the room meanwhile; half a ballast holds nothing.
                self._path.with_name(f".{NAME}.new").unlink(missing_ok=True)

    def leaves_room(self, *, inside: bool) -> bool:
        """Whether presses may take more of the card; what the ballast holds, or would hold, is not theirs.

        `inside` says that they fit into pages which the buffer already has, so that only its WAL needs room, for a while.
        """
        own = 0 if inside or self.is_there() else BALLAST_BYTES
        return self._free(self._folder) >= own + SPARE_BYTES
