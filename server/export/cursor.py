"""The cursor of an export: a position of the ledger, and the life of the database in which it means something."""

from __future__ import annotations

import re
from typing import NamedTuple

from server.errors import cursor_of_another_life, wrong_cursor

CURSOR = re.compile(r"([0-9a-f-]{1,36})\.([0-9]{1,18})\Z")


class Cursor(NamedTuple):
    """Everything received up to `position` was already given out."""

    epoch: str
    position: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.position}"


def read_cursor(text: str, epoch: str, end: int) -> Cursor:
    """The cursor in `text`, or the beginning for ""; `end` is the ledger's last position.

    Raises 400 for what was never given out, 410 for a cursor of another life of the database.
    """
    if not text:
        return Cursor(epoch, 0)
    parts = CURSOR.match(text)
    if parts is None:
        raise wrong_cursor()
    found = Cursor(parts[1], int(parts[2]))
    if found.epoch != epoch:
        raise cursor_of_another_life(epoch)
    if found.position > end:
        raise wrong_cursor()
    return found
