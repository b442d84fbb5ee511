"""How far the server has each stream, as its answers say; confirmations are made by a sync and only lowered by a reconcile.

While a backlog goes out, what the server has confirmed may be further than the card says: each change of `streams.acknowledged`
is a sync of the card, for which a press would have to wait. It is raised with the next change that is made anyway, with the
stream's last batch, and before each fold. A power cut before that only has presses sent again, which the server knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.buffer.file import BufferFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kiosk.buffer.outgoing import Batch
    from kiosk.buffer.presses import Stream
    from wire.messages import Anchor

# Anchors of one boot that lie closer together than this tell the server nothing new.
ANCHOR_SPACING_MS = 600_000
# So many presses at most are sent again after a power cut.
MOST_TRAILING = 5_000


class Progress(BufferFile):
    """The part of the buffer that takes the server's answers; each goes through on a full card too, or it would stay full."""

    def acknowledge(self, batch: Batch, anchor: Anchor | None) -> int:
        """Take exactly what was sent for confirmed, its anchors for delivered, and keep the anchor that this exchange gave.

        Answers how many presses still wait. A heartbeat that brought nothing new writes nothing, to spare the card.
        """
        is_news = anchor is not None and self._is_news(anchor)
        if not is_news and self._may_trail(batch):
            self._confirmed = (batch.stream.number, batch.last)
        elif batch.size or batch.lost or batch.anchors or batch.is_past or is_news:
            self._surely(lambda: self._confirm(batch, anchor if is_news else None))
        return self._waiting()

    def unacknowledge(self, token: str, high: int) -> bool:
        """Take back confirmations above `high`; answers whether there were any."""
        return self._changed("UPDATE streams SET acknowledged = ? WHERE token = ? AND acknowledged > ?", (high, token, high))

    def mark_opaque(self, stream: Stream, seq: int) -> bool:
        """Let one reaction travel as bytes from now on; answers False when it already did."""
        return self._changed(
            "UPDATE reactions SET opaque = 1 WHERE stream = ? AND seq = ? AND opaque = 0", (stream.number, seq)
        )

    def reconcile(
        self, progress: Iterable[tuple[str, int, int]], epoch: str, anchor: Anchor | None = None, *, resend_anchors: bool
    ) -> None:
        """Lower confirmations to what the server really has (token, high, safe high) and keep its epoch; never raise them.

        `anchor` is what this exchange told of the time.
        """
        rows = [(high, safe, token) for token, high, safe in progress]

        def keep() -> None:
            with self._transaction():
                self._raise_marks()
                self._conn.executemany("UPDATE streams SET acknowledged = min(acknowledged, ?), safe = ? WHERE token = ?", rows)
                if resend_anchors:
                    self._conn.execute("UPDATE anchors SET delivered = 0")
                self._conn.execute("UPDATE card SET epoch = ?", (epoch,))
                if anchor is not None and self._is_news(anchor):
                    self._keep_anchor(anchor)

        self._surely(keep)

    def _changed(self, statement: str, values: tuple[object, ...]) -> bool:
        def change() -> bool:
            with self._transaction():
                self._raise_marks()
                return self._conn.execute(statement, values).rowcount > 0

        return self._surely(change)

    def _may_trail(self, batch: Batch) -> bool:
        """Whether more of the same stream follows, and nothing travelled along that has to be noted."""
        if not batch.size or not batch.left or batch.lost or batch.anchors or batch.is_past:
            return False
        is_next = self._confirmed is None or self._confirmed[0] == batch.stream.number
        return is_next and self._trailing() < MOST_TRAILING

    def _confirm(self, batch: Batch, anchor: Anchor | None) -> None:
        with self._transaction():
            self._raise_marks()
            self._conn.execute(
                "UPDATE streams SET acknowledged = max(acknowledged, ?) WHERE number = ?", (batch.last, batch.stream.number)
            )
            self._conn.executemany(
                "UPDATE anchors SET delivered = 1 WHERE boot = ? AND elapsed_ms = ?",
                [(sent.boot, sent.elapsed_ms) for sent in batch.anchors],
            )
            if batch.is_past:
                self._conn.execute("UPDATE past_buffers SET delivered = 1 WHERE buffer = ?", (batch.buffer,))
            if anchor is not None:
                self._keep_anchor(anchor)

    def _keep_anchor(self, anchor: Anchor) -> None:
        self._conn.execute("INSERT OR IGNORE INTO anchors VALUES (?, ?, ?, ?, 0)", anchor)

    def _is_news(self, anchor: Anchor) -> bool:
        row = self._conn.execute(
            "SELECT min(uncertainty_ms) FROM anchors WHERE boot = ? AND elapsed_ms > ?",
            (anchor.boot, anchor.elapsed_ms - ANCHOR_SPACING_MS),
        ).fetchone()
        # A much tighter one is worth sending even soon after.
        return row[0] is None or anchor.uncertainty_ms * 2 < row[0]
