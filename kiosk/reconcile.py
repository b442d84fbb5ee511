"""Ask the server how far it has each stream: at start, daily, and whenever its database began another life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.exchange import anchor_of
from kiosk.replies import read_reply
from wire.encoding import encode
from wire.limits import MAX_RECONCILE_STREAMS
from wire.messages import PROTOCOL, ReconcileReply, ReconcileRequest

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.press import Recorder, Work
    from kiosk.upload import Uploader
    from wire.messages import Anchor

RECONCILE_EVERY_MS = 86_400_000


class Reconciler:
    """The exchange that can only take confirmations back or permit deletion; it never confirms."""

    def __init__(self, recorder: Recorder, clock: Clock) -> None:
        self._recorder = recorder
        self._clock = clock
        self._done_ms: int | None = None
        # Whether an answer told the time, so that the sync which follows brings an anchor.
        self.told_time = False

    def is_due(self) -> bool:
        """Whether this start has not asked yet, or not for a day."""
        return self._done_ms is None or self._clock.elapsed_ms() - self._done_ms >= RECONCILE_EVERY_MS

    def forget(self) -> None:
        """What was asked holds no longer; ask again."""
        self._done_ms = None

    def ask(self, uploader: Uploader, key: str) -> bool:
        """Ask about every stream; only a whole answer of the server's own changes anything, and then True."""
        tokens: list[str] = self._recorder.ask(lambda work: work.buffer.stream_tokens())
        for start in range(0, max(len(tokens), 1), MAX_RECONCILE_STREAMS):
            part = tokens[start : start + MAX_RECONCILE_STREAMS]
            asked_ms = self._clock.elapsed_ms()
            answer = uploader.post("/api/v1/reconcile", encode(ReconcileRequest(PROTOCOL, part)), key)
            reply = read_reply(answer, ReconcileReply)
            if reply is None or len(reply.streams) != len(part):
                # A refusal comes again, with its reason, in answer to the sync that follows.
                return False
            progress = [(token, high, safe) for token, (high, safe) in zip(part, reply.streams, strict=True)]
            self._keep(progress, reply, asked_ms)
        self._done_ms = self._clock.elapsed_ms()
        return True

    def _keep(self, progress: list[tuple[str, int, int]], reply: ReconcileReply, asked_ms: int) -> None:
        now_ms, epoch = self._clock.elapsed_ms(), reply.epoch

        def keep(work: Work) -> Anchor | None:
            anchor = None if reply.server_ms is None else anchor_of(work.boot, asked_ms, now_ms, reply.server_ms)
            # A restored server has lost anchors too, and nothing tells which.
            work.buffer.reconcile(progress, epoch, anchor, resend_anchors=work.buffer.epoch() not in {None, epoch})
            return anchor

        self.told_time = self._recorder.ask(keep) is not None or self.told_time
