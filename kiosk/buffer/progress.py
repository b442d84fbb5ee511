"""How far the server has each stream, as its answers say; confirmations are made by a sync and only lowered by a reconcile."""

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


class Progress(BufferFile):
    """The part of the buffer that takes the server's answers; each goes through on a full card too, or it would stay full."""

    def acknowledge(self, batch: Batch, anchor: Anchor | None) -> int:
        """Mark exactly what was sent as confirmed, its anchors as delivered, and keep the anchor that this exchange gave.

        Answers how many presses still wait. A heartbeat that brought nothing new writes nothing, to spare the card.
        """
        is_news = anchor is not None and self._is_news(anchor)
        if batch.size or batch.lost or batch.anchors or batch.is_past or is_news:
            self._surely(lambda: self._confirm(batch, anchor if is_news else None))
        waiting = self._number("SELECT coalesce(sum(high - acknowledged), 0) FROM streams WHERE acknowledged < high")
        return waiting + self._ahead()

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
                return self._conn.execute(statement, values).rowcount > 0

        return self._surely(change)

    def _confirm(self, batch: Batch, anchor: Anchor | None) -> None:
        with self._transaction():
            self._raise_high()
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
