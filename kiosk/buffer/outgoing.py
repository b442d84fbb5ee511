"""What the next request to the server carries, read from the buffer; nothing here writes."""

from __future__ import annotations

import base64
import itertools
import json
from typing import TYPE_CHECKING, NamedTuple

from kiosk.buffer.file import BufferFile
from kiosk.buffer.presses import Stream
from wire.messages import Anchor, Boot, Opaque, Span, Totals

if TYPE_CHECKING:
    from collections.abc import Sequence

ANCHORS_A_REQUEST = 200
# SQLite makes the JSON of a whole run, to the letter what wire's encoder would (the tests compare them): a request of a backlog
# costs Python one text, and not thousands of objects. The table is one tree, which is read in the order of its key.
READ_RUN = (
    "SELECT count(*), max(seq), max(opaque), json_group_array(DISTINCT boot), json_group_array(json_array(elapsed_ms, wall_ms,"
    " CASE WHEN synced THEN json('true') ELSE json('false') END, boot, button, config_version, visit, mark))"
    " FILTER (WHERE NOT opaque) FROM reactions WHERE stream = ? AND seq BETWEEN ? AND ?"
)


class Batch(NamedTuple):
    """What the next request carries of one stream; `last` is the seq up to which an answer of 200 acknowledges.

    `reactions` is their JSON array as it travels, `pressed_in` are the numbers of the boots that they name; `left` presses of
    the stream come after them.
    """

    stream: Stream
    first_seq: int
    last: int
    left: int
    reactions: str
    pressed_in: list[int]
    opaque: list[Opaque]
    boots: list[Boot]
    anchors: list[Anchor]
    lost: list[Span]
    buffer: str | None
    totals: Totals | None
    epoch: str | None
    boot: int
    is_past: bool

    @property
    def size(self) -> int:
        """How many presses these are, opaque ones included."""
        return self.last - self.first_seq + 1


class Oldest(NamedTuple):
    """The clocks of the oldest press that the server has not confirmed."""

    elapsed_ms: int
    wall_ms: int
    synced: bool
    boot: int


class _Run(NamedTuple):
    """Presses without a hole between `first` and `last`."""

    first: int
    last: int
    reactions: str
    pressed_in: list[int]
    opaque: list[Opaque]


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
        if self._confirmed is not None and self._confirmed[0] == stream.number:
            acknowledged = self._confirmed[1]
        run = self._next_run(stream.number, acknowledged, limit) or _Run(high + 1, high, "[]", [], [])
        anchors = self._anchors_to_deliver()
        numbers = {boot, *run.pressed_in, *(anchor.boot for anchor in anchors)}
        buffer, totals, is_past = self._totals(origin)
        return Batch(
            stream=stream,
            first_seq=run.first,
            last=run.last,
            left=high - run.last,
            reactions=run.reactions,
            pressed_in=run.pressed_in,
            opaque=run.opaque,
            boots=self._boots(numbers, boot, elapsed_ms),
            anchors=anchors,
            lost=[Span(acknowledged + 1, run.first - 1)] if run.first > acknowledged + 1 else [],
            buffer=buffer,
            totals=totals,
            epoch=self.epoch(),
            boot=boot,
            is_past=is_past,
        )

    def oldest_waiting(self) -> Oldest | None:
        """The oldest press that the server has not confirmed; None without one."""
        row = self._conn.execute(
            "SELECT elapsed_ms, wall_ms, synced, boot FROM streams CROSS JOIN reactions"
            " ON stream = number AND seq > CASE number WHEN ? THEN ? ELSE acknowledged END"
            " WHERE acknowledged < high OR number = ? ORDER BY number, seq LIMIT 1",
            (*(self._confirmed or (None, None)), self._running()),
        ).fetchone()
        return None if row is None else Oldest(row[0], row[1], bool(row[2]), row[3])

    def stream_tokens(self) -> list[str]:
        """Every stream that holds presses, oldest first."""
        rows = self._conn.execute("SELECT token FROM streams WHERE high > 0 OR number = ? ORDER BY number", (self._running(),))
        return [row[0] for row in rows]

    def epoch(self) -> str | None:
        """The life of the server's database that this buffer was last reconciled with, None before the first time."""
        row = self._conn.execute("SELECT epoch FROM card").fetchone()
        return None if row[0] is None else str(row[0])

    def _running(self) -> int | None:
        """The stream that may hold presses above its high mark, see highs.py."""
        return self._known[0] if self._known is not None else None

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

    def _next_run(self, stream: int, after: int, limit: int) -> _Run | None:
        """Up to `limit` presses after a seq, as far as none is missing between them; None without any."""
        [[first]] = self._conn.execute("SELECT min(seq) FROM reactions WHERE stream = ? AND seq > ?", (stream, after))
        if first is None:
            return None
        place = (stream, first, first + limit - 1)
        [row] = self._conn.execute(READ_RUN, place)
        if row[1] - first >= row[0]:
            place = (stream, first, self._end_of_run(place))
            [row] = self._conn.execute(READ_RUN, place)
        _, last, has_opaque, boots, reactions = row
        return _Run(first, last, reactions, json.loads(boots), self._opaque(place) if has_opaque else [])

    def _end_of_run(self, place: tuple[int, int, int]) -> int:
        """The last press before the first hole."""
        return self._number(
            "SELECT min(seq) FROM reactions AS this WHERE stream = ? AND seq BETWEEN ? AND ?"
            " AND NOT EXISTS (SELECT 1 FROM reactions WHERE stream = this.stream AND seq = this.seq + 1)",
            place,
        )

    def _opaque(self, place: tuple[int, int, int]) -> list[Opaque]:
        rows = self._conn.execute(
            "SELECT seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark FROM reactions"
            " WHERE stream = ? AND seq BETWEEN ? AND ? AND opaque ORDER BY seq",
            place,
        )
        return [Opaque(seq, _as_opaque(stored)) for seq, *stored in rows]

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


def _as_opaque(stored: Sequence[object]) -> str:
    return base64.b64encode(json.dumps(stored, separators=(",", ":")).encode()).decode()
