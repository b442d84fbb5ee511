"""How often the program was started since the machine's boot, and how its last run ended; kept where a reboot forgets it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

NAME = "starts"
# The unit's ExecStopPost writes systemd's word for how the program ended: success, exit-code, signal, watchdog, oom-kill ...
LAST_END_NAME = "last-end"
MOST_BYTES = 200


class Starts(NamedTuple):
    """Which start of the program in this boot this is, and systemd's word for how the one before ended."""

    number: int
    last_end: str | None


def count_start(folder: Path, boot_id: str) -> Starts:
    """Count one more start; a folder that can not be written makes it the first, because counting is never worth a start."""
    known_boot, _, known = _read(folder / NAME).partition(" ")
    number = int(known) + 1 if known_boot == boot_id and known.isascii() and known.isdigit() else 1
    with contextlib.suppress(OSError):
        (folder / NAME).write_text(f"{boot_id} {number}\n", "ascii")
    return Starts(number, _read(folder / LAST_END_NAME) or None)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES).decode("ascii", "replace").strip()
    except OSError:
        return ""
