"""How an answer leaves: head and body of a short one in one piece, so that the kernel and the client hear of it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel
from waitress.task import WSGITask

if TYPE_CHECKING:
    from waitress.server import BaseWSGIServer


class _Pieces:
    """Takes what a task writes in place of its channel."""

    def __init__(self, server: BaseWSGIServer) -> None:
        self.server = server
        self._pieces: list[bytes] = []

    def write_soon(self, data: bytes) -> None:
        self._pieces.append(data)

    def whole(self) -> bytes:
        return b"".join(self._pieces)


class Task(WSGITask):  # type: ignore[misc]  # waitress has no types
    """A request's answer, as waitress gives it; but its head goes with the first of its body."""

    channel: Any

    def write(self, data: bytes) -> None:
        """Send the head, if it was not sent yet, and this part of the body."""
        if self.wrote_header:
            super().write(data)
            return
        channel = self.channel
        self.channel = pieces = _Pieces(channel.server)
        try:
            super().write(data)
        finally:
            self.channel = channel
        channel.write_soon(pieces.whole())


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that answers in such pieces."""

    task_class = Task
