"""Ends connections whose reader takes nothing any more: each holds a thread and an export's place while it stands."""

from __future__ import annotations

import fcntl
import struct
import termios
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# Longer than a train's tunnel; who reads slowly has taken something by then.
STALLED_S = 180.0
LOOKS = 10


class _Mark(NamedTuple):
    """When a connection's unread bytes were seen to move last, and how they stood then."""

    at_s: float
    sent_s: float
    in_kernel: int


class Stalled:
    """Looks at the connections now and then; waitress ends those alone on which no answer is under way."""

    def __init__(self, stalled_s: float = STALLED_S) -> None:
        self._stalled_s = stalled_s
        self._looked_s = 0.0
        self._marks: dict[Any, _Mark] = {}

    def end(self, channels: Iterable[Any]) -> None:
        """Close each connection of these that had much to read for so long and of which not a byte was taken.

        To be called from the loop's own thread; whatever makes the answer is told that nobody reads it.
        """
        now_s = time.monotonic()
        if now_s - self._looked_s < self._stalled_s / LOOKS:
            return
        self._looked_s = now_s
        marks = {channel: self._mark(channel, now_s) for channel in channels if _has_unread(channel)}
        self._marks = {channel: mark for channel, mark in marks.items() if now_s - mark.at_s < self._stalled_s}
        for channel in marks.keys() - self._marks.keys():
            # Not only told to close: it is heard of again when its socket takes something, and it takes nothing.
            channel.handle_close()

    def _mark(self, channel: Any, now_s: float) -> _Mark:
        before = self._marks.get(channel)
        found = _Mark(now_s, channel.last_activity, _in_kernel(channel))
        return before if before is not None and before[1:] == found[1:] else found


def _has_unread(channel: Any) -> bool:
    # While an answer is made, less than this waits for more of it and not for the reader.
    least = channel.adj.send_bytes if channel.requests else 1
    return bool(channel.total_outbufs_len >= least)


def _in_kernel(channel: Any) -> int:
    """The bytes on their way to the reader: of a slow one they grow fewer long before the kernel takes more of ours."""
    found: int = struct.unpack("i", fcntl.ioctl(channel.socket, termios.TIOCOUTQ, b"\0" * 4))[0]
    return found
