"""What was salvaged from a damaged buffer comes home: old streams with their identities, to be sent like any other.

Everything here may be done twice: a salvage that a power cut ended begins again from its start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kiosk.buffer.file import BufferFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wire.messages import Anchor, Boot


class PastStream(NamedTuple):
    """A stream of a damaged buffer; `acknowledged` is how far the server had confirmed it, as far as is known."""

    token: str
    parent: str | None
    acknowledged: int


class PastBuffer(NamedTuple):
    """What a damaged buffer said of itself."""

    buffer: str
    thanked: int
    refused: int


class Homecoming(BufferFile):
    """The part of the buffer that takes back what was salvaged."""

    def take_past(self, past: PastBuffer, boots: Sequence[Boot], anchors: Sequence[Anchor], below: int) -> None:
        """Begin: its totals, and the boots, which keep their numbers where these are smaller than `below`."""
        with self._transaction():
            self._conn.execute(
                "INSERT OR IGNORE INTO past_buffers (buffer, thanked, refused) VALUES (?, ?, ?)",
                (past.buffer, past.thanked, past.refused),
            )
            for boot in boots:
                self._add_boot(boot, below)
            self._conn.executemany("INSERT OR IGNORE INTO anchors VALUES (?, ?, ?, ?, 0)", anchors)

    def take_rows(self, past: PastBuffer, stream: PastStream, rows: Sequence[Sequence[object]], upto: int) -> None:
        """Take the rows of one stream that follow those taken before; afterwards it goes up to `upto`, holes included.

        A row is (seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark, opaque); `boot` is this buffer's
        number of it.
        """
        with self._transaction():
            self._conn.execute(
                "INSERT OR IGNORE INTO streams (token, parent, buffer) VALUES (?, ?, ?)",
                (stream.token, stream.parent, past.buffer),
            )
            [[number]] = self._conn.execute("SELECT number FROM streams WHERE token = ?", (stream.token,))
            self._conn.executemany(
                "INSERT OR IGNORE INTO reactions"
                " (stream, seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark, opaque)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, *row) for row in rows],
            )
            # The high mark moves with the rows: above it nothing is missing yet, below it what is not there is lost.
            self._conn.execute(
                "UPDATE streams SET high = max(high, ?), acknowledged = max(acknowledged, ?) WHERE number = ?",
                (upto, min(upto, stream.acknowledged), number),
            )
        self._rows += len(rows)

    def boot_numbers(self) -> dict[str, int]:
        """This buffer's number of every boot it knows, by boot id."""
        return dict(self._conn.execute("SELECT boot_id, number FROM boots").fetchall())

    def ask_again(self) -> None:
        """Have the next sync reconcile: how far the server has the salvaged streams is better asked than believed."""
        with self._transaction():
            self._conn.execute("UPDATE card SET epoch = NULL")

    def _add_boot(self, boot: Boot, below: int) -> None:
        if self._conn.execute("SELECT 1 FROM boots WHERE boot_id = ?", (boot.boot_id,)).fetchone():
            return
        taken = self._conn.execute("SELECT 1 FROM boots WHERE number = ?", (boot.number,)).fetchone()
        number = boot.number if 0 < boot.number < below and not taken else None
        self._conn.execute(
            "INSERT INTO boots (boot_id, number, last_elapsed_ms) VALUES (?, ?, ?)",
            (boot.boot_id, number, boot.last_elapsed_ms or 0),
        )
