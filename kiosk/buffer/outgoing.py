"""What the next request to the server carries, read from the buffer; nothing here writes."""

from __future__ import annotations

import base64
import itertools
import json
from typing import TYPE_CHECKING, NamedTuple

from kiosk.buffer.file import BufferFile
from kiosk.buffer.presses import Stream
from wire.messages import Anchor, Boot, Opaque, Reaction, Span, Totals

if TYPE_CHECKING:
    from collections.abc import Sequence

ANCHORS_A_REQUEST = 200


class Batch(NamedTuple):
    """What the next request carries of one stream; `last` is the seq up to which an answer of 200 acknowledges."""

    stream: Stream
    first_seq: int
    last: int
    reactions: list[Reaction]
    opaque: list[Opaque]
    boots: list[Boot]
    anchors: list[Anchor]
    lost: list[Span]
    buffer: str | None
    totals: Totals | None
    epoch: str | None
    boot: int
    is_past: bool


class _Head(NamedTuple):
    """A stream, how far it is confirmed and goes, and the past buffer it was salvaged from."""

    stream: Stream
    acknowledged: int
    high: int
    buffer: str | None


class Outgoing(BufferFile):
    """The part of the buffer that makes requests."""

    def next_batch(self, running: Stream, boot: int, elapsed_ms: int, limit: int) -> Batch:
        """What to send next: the running stream first, so that now is seen now, then the oldest; else an empty heartbeat."""
        stream, acknowledged, high, origin = self._next_stream(running)
        rows = self._conn.execute(
            "SELECT seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark, opaque FROM reactions"
            " WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?",
            (stream.number, acknowledged, limit),
        ).fetchall()
        first = rows[0][0] if rows else high + 1
        run = [row for place, row in enumerate(rows) if row[0] == first + place]
        reactions = [Reaction._make((*row[1:3], bool(row[3]), *row[4:9])) for row in run if not row[9]]
        opaque = [Opaque(row[0], _as_opaque(row)) for row in run if row[9]]
        anchors = self._anchors_to_deliver()
        numbers = {boot, *(reaction.boot for reaction in reactions), *(anchor.boot for anchor in anchors)}
        buffer, totals, is_past = self._totals(origin)
        return Batch(
            stream=stream,
            first_seq=first,
            last=first + len(run) - 1,
            reactions=reactions,
            opaque=opaque,
            boots=self._boots(numbers, boot, elapsed_ms),
            anchors=anchors,
            lost=[Span(acknowledged + 1, first - 1)] if first > acknowledged + 1 else [],
            buffer=buffer,
            totals=totals,
            epoch=self.epoch(),
            boot=boot,
            is_past=is_past,
        )

    def stream_tokens(self) -> list[str]:
        """Every stream that holds presses, oldest first."""
        running = self._known[0] if self._known is not None else None
        rows = self._conn.execute("SELECT token FROM streams WHERE high > 0 OR number = ? ORDER BY number", (running,))
        return [row[0] for row in rows]

    def epoch(self) -> str | None:
        """The life of the server's database that this buffer was last reconciled with, None before the first time."""
        row = self._conn.execute("SELECT epoch FROM card").fetchone()
        return None if row[0] is None else str(row[0])

    def _next_stream(self, running: Stream) -> _Head:
        columns = "SELECT number, token, parent, acknowledged, high, buffer FROM streams"
        row = self._conn.execute(
            f"{columns} WHERE acknowledged < high ORDER BY number = ? DESC, number LIMIT 1", (running.number,)
        ).fetchone()
        if self._known is not None and self._ahead() and (row is None or self._known[0] == running.number):
            number, high = self._known
            row = self._conn.execute(f"{columns} WHERE number = ?", (number,)).fetchone()
            return _Head(Stream(*row[:3]), row[3], high, row[5])
        if row is None:
            row = self._conn.execute(f"{columns} WHERE number = ?", (running.number,)).fetchone()
        return _Head(Stream(*row[:3]), *row[3:])

    def _totals(self, origin: str | None) -> tuple[str, Totals, bool]:
        """This buffer's totals, or those of a past one: with its salvaged streams, and once in any case."""
        past = self._conn.execute(
            "SELECT buffer, thanked, refused FROM past_buffers WHERE buffer = ? OR (? IS NULL AND delivered = 0) LIMIT 1",
            (origin, origin),
        ).fetchone()
        if past is not None:
            return past[0], Totals(past[1], past[2]), True
        buffer, thanked, refused = self._conn.execute(
            "SELECT buffer, (SELECT coalesce(sum(high), 0) FROM streams WHERE buffer IS NULL), refused FROM card"
        ).fetchone()
        return buffer, Totals(thanked + self._ahead(), refused), False

    def _anchors_to_deliver(self) -> list[Anchor]:
        rows = self._conn.execute(
            "SELECT boot, elapsed_ms, server_ms, uncertainty_ms FROM anchors WHERE delivered = 0"
            " ORDER BY boot, elapsed_ms LIMIT ?",
            (ANCHORS_A_REQUEST,),
        )
        return [Anchor(*row) for row in rows]

    def _boots(self, numbers: set[int], boot: int, elapsed_ms: int) -> list[Boot]:
        marks = ",".join(itertools.repeat("?", len(numbers)))
        rows = self._conn.execute(
            f"SELECT boot_id, number, last_elapsed_ms FROM boots WHERE number IN ({marks}) ORDER BY number",  # noqa: S608
            sorted(numbers),
        )
        return [Boot(boot_id, number, max(last, elapsed_ms) if number == boot else last) for boot_id, number, last in rows]


def _as_opaque(row: Sequence[object]) -> str:
    return base64.b64encode(json.dumps(row[1:9], separators=(",", ":")).encode()).decode()
