"""The cursor of a feed: a position of its ledger, and the life of the database in which it means something."""

from __future__ import annotations

import re
from typing import NamedTuple

from server.errors import cursor_of_another_life, wrong_cursor

CURSOR = re.compile(r"([0-9a-f-]{1,36})\.(r?)([0-9]{1,18})\Z")
# Revisions are counted apart from arrivals, and neither feed takes the other's cursor for its own.
ARRIVALS, REVISED = "", "r"


class Cursor(NamedTuple):
    """Everything of this feed up to `position` was already given out."""

    epoch: str
    position: int
    feed: str = ARRIVALS

    def __str__(self) -> str:
        return f"{self.epoch}.{self.feed}{self.position}"


def read_cursor(text: str, epoch: str, end: int, feed: str = ARRIVALS) -> Cursor:
    """The cursor in `text`, or the beginning for ""; `end` is the ledger's last position.

    Raises 400 for what this feed never gave out, 410 for a cursor of another life of the database.
    """
    if not text:
        return Cursor(epoch, 0, feed)
    parts = CURSOR.match(text)
    if parts is None or parts[2] != feed:
        raise wrong_cursor()
    found = Cursor(parts[1], int(parts[3]), feed)
    if found.epoch != epoch:
        raise cursor_of_another_life(epoch)
    if found.position > end:
        raise wrong_cursor()
    return found
