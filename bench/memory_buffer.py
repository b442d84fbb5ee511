"""A kiosk's buffer as a list in memory, for fleets of which ten thousand files would measure the disk of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.buffer.outgoing import Batch
from kiosk.buffer.presses import Stream
from wire.encoding import encode
from wire.messages import Boot, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wire.messages import Anchor, Reaction


class MemoryBuffer:
    """What kiosk/buffer does for a sync, in memory: one stream of one boot."""

    def __init__(self, token: str, boot_id: str) -> None:
        self._stream = Stream(1, token, None)
        self._boot_id = boot_id
        self._reactions: list[Reaction] = []
        self._acknowledged = 0
        self._epoch: str | None = None
        self._anchors: list[Anchor] = []
        self._is_delivered = True

    def new_stream(self) -> Stream:
        """The one stream."""
        return self._stream

    def boot_number(self, _boot_id: str, _elapsed_ms: int) -> int:
        """The one boot."""
        return 1

    def append(self, _stream: Stream, _first_seq: int, reactions: Iterable[Reaction]) -> None:
        """Keep more presses."""
        self._reactions.extend(reactions)

    def next_batch(self, _running: Stream, boot: int, elapsed_ms: int, limit: int) -> Batch:
        """What to send next."""
        first = self._acknowledged + 1
        sent = self._reactions[self._acknowledged : self._acknowledged + limit]
        return Batch(
            stream=self._stream,
            first_seq=first,
            last=self._acknowledged + len(sent),
            left=self.waiting() - len(sent),
            reactions=encode(sent).decode(),
            pressed_in=[boot],
            opaque=[],
            boots=[Boot(self._boot_id, boot, elapsed_ms)],
            anchors=[] if self._is_delivered else self._anchors,
            lost=[],
            buffer=self._stream.token,
            totals=Totals(len(self._reactions), 0),
            epoch=self._epoch,
            boot=boot,
            is_past=False,
        )

    def acknowledge(self, batch: Batch, anchor: Anchor | None) -> int:
        """Take the server's word; answers how many presses still wait."""
        self._acknowledged = max(self._acknowledged, batch.last)
        self._is_delivered = self._is_delivered or bool(batch.anchors)
        self._keep(anchor)
        return self.waiting()

    def unacknowledge(self, _token: str, high: int) -> bool:
        """Take confirmations back."""
        before, self._acknowledged = self._acknowledged, min(self._acknowledged, high)
        return before != self._acknowledged

    def reconcile(
        self, progress: Iterable[tuple[str, int, int]], epoch: str, anchor: Anchor | None = None, *, resend_anchors: bool
    ) -> None:
        """Lower what is confirmed to what the server has."""
        for token, high, _safe in progress:
            self.unacknowledge(token, high)
        self._epoch = epoch
        self._is_delivered = self._is_delivered and not resend_anchors
        self._keep(anchor)

    def epoch(self) -> str | None:
        """The server's life that was reconciled with."""
        return self._epoch

    def stream_tokens(self) -> list[str]:
        """The one stream, once it holds presses."""
        return [self._stream.token] if self._reactions else []

    def waiting(self) -> int:
        """How many presses the server has not confirmed."""
        return len(self._reactions) - self._acknowledged

    def _keep(self, anchor: Anchor | None) -> None:
        if anchor is not None and not self._anchors:
            self._anchors, self._is_delivered = [anchor], False
