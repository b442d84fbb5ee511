"""Can this be what a buffer holds? Values read from damaged pages may be anything."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wire.limits import MAX_ELAPSED_MS, MAX_NUMBER, MAX_SEQ, MAX_TEXT, MAX_WALL_MS, STREAM

MARKS = frozenset({"vote", "repeat", "mash", "rate"})
# Most a row's number may be, by column; the texts are checked by themselves.
MOST = (MAX_SEQ, MAX_ELAPSED_MS, MAX_WALL_MS, 1, MAX_NUMBER, None, MAX_NUMBER, MAX_SEQ, None, 1)


def agreed(*places: object) -> str | None:
    """The token that most places say; None when none is left, or when they contradict each other evenly."""
    counted = Counter(token for token in places if isinstance(token, str) and STREAM.match(token)).most_common(2)
    if not counted or (len(counted) == 2 and counted[0][1] == counted[1][1]):
        return None
    return counted[0][0]


def is_sound(row: tuple[Any, ...]) -> bool:
    """Whether a row (seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark, opaque) can be a press."""
    numbers = all(most is None or is_number(value, most) for value, most in zip(row, MOST, strict=True) if value is not None)
    texts = isinstance(row[5], str) and 0 < len(row[5]) <= MAX_TEXT and row[8] in MARKS
    return numbers and texts and None not in (*row[:7], *row[8:])


def is_number(value: object, most: int) -> bool:
    """Whether this is a whole number from 0 to `most`."""
    return isinstance(value, int) and 0 <= value <= most


def is_token(value: object) -> bool:
    """Whether this can be a stream's token."""
    return isinstance(value, str) and STREAM.match(value) is not None


def is_name(value: object) -> bool:
    """Whether the server takes this text: it refuses a whole request for one that it can not print."""
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT and min(value) >= " "
