"""Read what is left of a damaged buffer, key range by key range, and give it to the new one with its identities."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from kiosk.buffer.check import has_own_schema
from kiosk.buffer.homecoming import PastBuffer, PastStream
from kiosk.buffer.mending import copy_readable, put_back_beginning
from kiosk.buffer.schema import NAME
from kiosk.plausible import agreed, is_name, is_number, is_sound, is_token
from wire.limits import MAX_ELAPSED_MS, MAX_NUMBER, MAX_SEQ, MAX_WALL_MS
from wire.messages import Anchor, Boot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# SQLite quotes damaged names in its messages, which then are no UTF-8 and no message.
UNREADABLE = (sqlite3.Error, ValueError)
ROWS_AT_ONCE = 500
COLUMNS = "seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark, opaque"


class Portion(NamedTuple):
    """Rows of one stream that follow each other, and the seq up to which the stream then goes, holes included."""

    stream: PastStream
    rows: list[tuple[Any, ...]]
    upto: int


class _Head(NamedTuple):
    """A stream as the damaged file has it; `high` is None when that can not be read."""

    number: int
    stream: PastStream
    high: int | None
    trimmed: int


class Wreck:
    """A damaged buffer, opened as a copy; reading never changes the original."""

    def __init__(self, folder: Path, workplace: Path) -> None:
        """Copy `folder`'s buffer into `workplace` and open the copy; raises OSError when there is no room for it."""
        self._copy = workplace / "wreck.db"
        self._remove()
        for end in ("", "-wal", "-journal"):
            if (folder / f"{NAME}{end}").exists():
                copy_readable(folder / f"{NAME}{end}", self._copy.with_name(f"{self._copy.name}{end}"))
        # Presses that should be there and are not, as far as their streams can be read; and streams that can not.
        self.missing = 0
        self.nameless = 0
        if not self._opens():
            put_back_beginning(self._copy, whole_page=False)
            if not self._opens():
                put_back_beginning(self._copy, whole_page=True)
                self._opens()

    def close(self) -> None:
        """Remove the copy."""
        self._conn.close()
        self._remove()

    def past(self) -> PastBuffer | None:
        """What the buffer said of itself, None when that can not be read."""
        own = "? + coalesce((SELECT sum(high) FROM streams WHERE buffer IS NULL), 0)"
        for buffer, thanked, refused in (
            *self._rows(f"SELECT buffer, max(thanked, {own}), refused FROM card", (self._ahead(),)),  # noqa: S608
            *self._rows("SELECT buffer, thanked, refused FROM card"),
        ):
            if is_token(buffer) and is_number(thanked, 2**53) and is_number(refused, 2**53):
                return PastBuffer(buffer, thanked, refused)
        return None

    def boots(self) -> list[Boot]:
        """Every boot of which the table or its index tells."""
        lasts = dict(self._rows("SELECT number, last_elapsed_ms FROM boots NOT INDEXED"))
        found = self._rows("SELECT number, boot_id FROM boots INDEXED BY sqlite_autoindex_boots_1")
        found += self._rows("SELECT number, boot_id FROM boots NOT INDEXED")
        names = {number: name for number, name in found if is_number(number, MAX_NUMBER) and is_name(name)}
        return [
            Boot(name, number, last if is_number(last := lasts.get(number), MAX_ELAPSED_MS) else None)
            for number, name in sorted(names.items())
        ]

    def anchors(self) -> list[Anchor]:
        """The exchanges with the server that can be read."""
        found = self._rows("SELECT boot, elapsed_ms, server_ms, uncertainty_ms FROM anchors")
        return [
            Anchor(*row) for row in found if all(map(is_number, row, (MAX_NUMBER, MAX_ELAPSED_MS, MAX_WALL_MS, MAX_ELAPSED_MS)))
        ]

    def portions(self) -> Iterator[Portion]:
        """All readable rows of all streams whose tokens can be read, in order, window by window."""
        for head in self._heads():
            found, end = 0, MAX_SEQ if head.high is None else head.high
            for first in range(head.trimmed + 1, end + 1, ROWS_AT_ONCE):
                last = min(first + ROWS_AT_ONCE - 1, end)
                rows = self._window(head, first, last)
                found += len(rows)
                if head.high is not None or rows:
                    yield Portion(head.stream, rows, last if head.high is not None else rows[-1][0])
            if head.high is not None:
                self.missing += head.high - head.trimmed - found
                yield from self._beyond(head, head.high)

    # ---------- inside ----------

    def _beyond(self, head: _Head, high: int) -> Iterator[Portion]:
        """Rows that follow on the end which the stream's row names: that number trails, or was changed, and not these rows."""
        while found := self._range(head.number, high + 1, min(high + ROWS_AT_ONCE, MAX_SEQ)):
            rows = [found[seq] for place, seq in enumerate(sorted(found), high + 1) if seq == place]
            if not rows:
                return
            high = rows[-1][0]
            yield Portion(head.stream, rows, high)

    def _heads(self) -> list[_Head]:
        """Each stream's token as most of its three places say: the row, its index, and the parent of the stream after it."""
        found = self._rows("SELECT number, token, parent, high, acknowledged FROM streams NOT INDEXED")
        table = {row[0]: row for row in found}
        index = dict(self._rows("SELECT number, token FROM streams INDEXED BY sqlite_autoindex_streams_1"))
        trims = dict(self._rows("SELECT number, trimmed FROM streams NOT INDEXED WHERE trimmed > 0"))
        parents = {number - 1: row[2] for number, row in table.items() if is_number(number, MAX_NUMBER)}
        heads = []
        for number in sorted(filter(lambda found: is_number(found, MAX_NUMBER), {*table, *index})):
            _, own, parent, high, acknowledged = table.get(number, (number, None, None, None, 0))
            token = agreed(own, index.get(number), parents.get(number))
            if token is None:
                self.nameless += 1
                continue
            sound = is_number(high, MAX_SEQ) and is_number(acknowledged, MAX_SEQ) and acknowledged <= high
            known = PastStream(token, parent if is_token(parent) else None, acknowledged if sound else 0)
            trimmed = trims.get(number, 0)
            # Only what the server had confirmed was ever deleted.
            fits = sound and is_number(trimmed, acknowledged)
            heads.append(_Head(number, known, high if sound else None, trimmed if fits else 0))
        return heads

    def _ahead(self) -> int:
        """How many presses the stream that was running has above its high mark (kiosk/buffer/highs.py)."""
        for number, high in self._rows("SELECT max(number), high FROM streams NOT INDEXED WHERE buffer IS NULL"):
            if is_number(number, MAX_NUMBER) and is_number(high, MAX_SEQ):
                running = _Head(number, PastStream("", None, 0), high, 0)
                return sum(len(portion.rows) for portion in self._beyond(running, high))
        return 0

    def _window(self, head: _Head, first: int, last: int) -> list[tuple[Any, ...]]:
        """The sound rows of a closed range of seqs, in order."""
        found = self._range(head.number, first, last)
        # Where the stream ends is not always known, and then an empty window is no surprise.
        if len(found) < last - first + 1 and (found or head.high is not None):
            # A key that the damage changed leads every search astray; walking the whole table from both ends passes it by.
            for order in ("ASC", "DESC"):
                found |= self._sound(head.number, first, last, self._walk(head.number, first, last, order))
        return [found[seq] for seq in sorted(found)]

    def _range(self, stream: int, first: int, last: int) -> dict[int, tuple[Any, ...]]:
        """Rows by seq; where reading fails, the halves of the range are tried, down to single rows."""
        try:
            found = self._conn.execute(
                f"SELECT stream, {COLUMNS} FROM reactions WHERE stream = ? AND seq BETWEEN ? AND ?",  # noqa: S608
                (stream, first, last),
            ).fetchall()
        except UNREADABLE:
            if first == last:
                return {}
            middle = (first + last) // 2
            return self._range(stream, first, middle) | self._range(stream, middle + 1, last)
        return self._sound(stream, first, last, found)

    def _walk(self, stream: int, first: int, last: int, order: str) -> list[tuple[Any, ...]]:
        # A plus sign keeps SQLite from searching by that column.
        return self._rows(
            f"SELECT stream, {COLUMNS} FROM reactions WHERE +stream = ? AND +seq BETWEEN ? AND ?"  # noqa: S608
            f" ORDER BY stream {order}, seq {order}",
            (stream, first, last),
        )

    @staticmethod
    def _sound(stream: int, first: int, last: int, rows: Iterable[tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
        """Those of the rows that can be what was asked for: a damaged page may answer with rows of other places."""
        return {row[1]: row[1:] for row in rows if row[0] == stream and is_sound(row[1:]) and first <= row[1] <= last}

    def _rows(self, statement: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """What a query gives before it fails."""
        found: list[tuple[Any, ...]] = []
        with contextlib.suppress(*UNREADABLE):
            for row in self._conn.execute(statement, values):
                found.append(row)  # noqa: PERF402  # what came before an error is kept
        return found

    def _opens(self) -> bool:
        self._conn = sqlite3.connect(self._copy, isolation_level=None)
        self._conn.text_factory = lambda raw: raw.decode("utf-8", "replace")
        try:
            self._conn.execute("PRAGMA locking_mode=EXCLUSIVE")
            sound = has_own_schema(self._conn)
        except UNREADABLE:
            sound = False
        if not sound:
            self._conn.close()
        return sound

    def _remove(self) -> None:
        for end in ("", "-wal", "-journal", "-shm"):
            self._copy.with_name(f"{self._copy.name}{end}").unlink(missing_ok=True)
