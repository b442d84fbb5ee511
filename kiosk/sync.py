"""Bring what the buffer holds to the server, one request at a time, until nothing waits or the network says no."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from kiosk import configuration, enrol
from kiosk.errors import Stopped, Unreachable
from kiosk.replies import Busy, Gap, Meaning, Refused, TooLarge, Unfit, Unknown, meaning, read_reply
from wire.encoding import encode
from wire.limits import MAX_REACTIONS, MAX_RECONCILE_STREAMS, Malformed
from wire.messages import PROTOCOL, Anchor, Config, ReconcileReply, ReconcileRequest, Sent, SyncReply, SyncRequest

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.buffer.outgoing import Batch
    from kiosk.clock import Clock
    from kiosk.enrol import Enrolment
    from kiosk.press import Recorder, Work
    from kiosk.upload import Uploader

BACK_OFF_FROM_S = 2.0
BACK_OFF_TO_S = 300.0
STOPPED_S = 3_600.0
UNENROLLED_S = 3_600.0
DEFAULT_S = 60
RECONCILE_EVERY_MS = 86_400_000
SAME_AGAIN = 5
# An exchange slower than this says too little about the time.
SLOWEST_ANCHOR_MS = 10_000


class Report(NamedTuple):
    """How the syncs are going, for status and health."""

    last_sync_ms: int | None
    fault: str | None
    kiosk: str | None
    store: str | None


class _Head(NamedTuple):
    """Where a batch begins; attempts are counted per head."""

    stream: str
    seq: int


class Sync:
    """The exchange with the server; `run` is called by one thread at a time."""

    def __init__(
        self,
        folder: Path,
        recorder: Recorder,
        clock: Clock,
        connect: Callable[[str], Uploader],
        *,
        hardware: str,
        software: str,
        health: Callable[[], dict[str, Any]],
        apply: Callable[[Config], None],
        config_version: Callable[[], int],
        chance: random.Random,
        every_s: int | None = None,
    ) -> None:
        self._folder = folder
        self._recorder = recorder
        self._clock = clock
        self._connect = connect
        self._hardware = hardware
        self._software = software
        self._health = health
        self._apply = apply
        self._config_version = config_version
        self._chance = chance
        self._every_s = every_s
        self._uploader: Uploader | None = None
        self._most = MAX_REACTIONS
        self._limit = MAX_REACTIONS
        self._failures = 0
        self._attempts: tuple[_Head | None, int] = (None, 0)
        self._reconciled_ms: int | None = None
        self._anchored = False
        self._report = Report(None, None, None, None)
        self._ended = threading.Event()

    def report(self) -> Report:
        """How the syncs are going."""
        return self._report

    def is_online(self) -> bool:
        """Whether the last exchange succeeded, so that a press may be sent without waiting for the schedule."""
        return self._failures == 0 and self._report.fault is None

    def forget_failures(self) -> None:
        """Something changed that makes trying at once sensible: the cable is back, or the card was enrolled anew."""
        self._failures = 0
        self._report = self._report._replace(fault=None)

    def end(self) -> None:
        """Make a running drain stop after the request that is in flight."""
        self._ended.set()

    def run(self) -> float:
        """Send all that waits; answers the seconds until the next run is due."""
        enrolment, key = enrol.read(self._folder), enrol.read_key(self._folder)
        if enrolment is None or key is None:
            return self._stop("not-enrolled", UNENROLLED_S)
        self._report = self._report._replace(kiosk=enrolment.kiosk, store=enrolment.store)
        if enrolment.hardware != self._hardware:
            # A copy of this card in another machine must not count for this store.
            return self._stop("hardware-differs", STOPPED_S)
        try:
            uploader = self._uploader_for(enrolment)
            if self._must_reconcile():
                self._reconcile(uploader, key)
            wait_s = None
            while wait_s is None:
                key = enrol.read_key(self._folder) or key
                wait_s = self._exchange(uploader, key)
        except Unreachable:
            self._report = self._report._replace(fault="unreachable")
            return self._back_off()
        except Stopped:
            return DEFAULT_S
        return wait_s

    # ---------- one request ----------

    def _exchange(self, uploader: Uploader, key: str) -> float | None:
        """Send one batch and act on the answer; None means that the next one may follow at once."""
        if self._ended.is_set():
            raise Stopped("The kiosk is ending.")
        limit = self._limit
        batch = self._recorder.ask(lambda work: work.buffer.next_batch(work.stream, work.boot, self._clock.elapsed_ms(), limit))
        sent_ms = self._clock.elapsed_ms()
        body = encode(self._request(batch, sent_ms))
        try:
            answer = uploader.post("/api/v1/sync", body, key)
        except Unreachable as error:
            if error.sent and self._counted(batch):
                self._make_smaller(batch, None)
            raise
        found = meaning(answer)
        if isinstance(found, SyncReply):
            return self._stored(uploader, key, batch, found, sent_ms)
        return self._not_stored(batch, found)

    def _request(self, batch: Batch, sent_ms: int) -> SyncRequest:
        return SyncRequest(
            protocol=PROTOCOL,
            software=self._software,
            stream=batch.stream.token,
            parent=batch.stream.parent,
            first_seq=batch.first_seq,
            reactions=batch.reactions,
            sent=Sent(sent_ms, self._clock.wall_ms(), self._clock.synced(), batch.boot),
            config_version=self._config_version(),
            hardware=self._hardware,
            opaque=batch.opaque,
            boots=batch.boots,
            anchors=batch.anchors,
            lost=batch.lost,
            buffer=batch.buffer,
            totals=batch.totals,
            seen_epoch=batch.epoch,
            health=self._health(),
        )

    def _stored(self, uploader: Uploader, key: str, batch: Batch, reply: SyncReply, sent_ms: int) -> float | None:
        now_ms = self._clock.elapsed_ms()
        anchor = Anchor(batch.boot, (sent_ms + now_ms) // 2, reply.server_ms, (now_ms - sent_ms) // 2 + 1)
        fit = anchor if now_ms - sent_ms <= SLOWEST_ANCHOR_MS else None
        waiting = self._recorder.ask(lambda work: work.buffer.acknowledge(batch, fit))
        self._failures, self._attempts = 0, (None, 0)
        self._limit = min(self._limit * 2, self._most)
        self._report = self._report._replace(last_sync_ms=reply.server_ms, fault=None)
        if reply.key is not None:
            enrol.save_key(self._folder, reply.key)
            key = reply.key
        if reply.config is not None:
            self._take_config(reply.config)
        if reply.epoch != batch.epoch:
            return None if self._reconcile(uploader, key) else self._back_off()
        first_anchor = fit is not None and not self._anchored
        self._anchored = self._anchored or fit is not None
        # The first exchange of a start gives its times only now; one empty request more lets the server use it at once.
        if waiting or first_anchor:
            return None
        return float(self._every_s or max(reply.wait_s, 1))

    def _not_stored(self, batch: Batch, found: Meaning) -> float | None:
        match found:
            case Gap(high):
                taken_back = self._recorder.ask(lambda work: work.buffer.unacknowledge(batch.stream.token, high))
                return None if taken_back else self._back_off()
            case TooLarge(most):
                return self._make_smaller(batch, most)
            case Unfit():
                return self._make_smaller(batch, None) if len(batch.reactions) > 1 else self._set_aside(batch)
            case Refused(code):
                return self._stop(code, STOPPED_S)
            case Busy(wait_s):
                self._failures += 1
                return self._jittered(wait_s) if wait_s is not None else self._back_off()
            case Unknown():
                if self._counted(batch):
                    smaller = len(batch.reactions) > 1
                    return self._make_smaller(batch, None) if smaller else self._set_aside(batch)
                return self._back_off()
            case _:
                self._report = self._report._replace(fault="answered-by-another")
                return self._back_off()

    # ---------- what follows ----------

    def _counted(self, batch: Batch) -> bool:
        """Count an attempt whose outcome is not known; True once the same head had enough of them."""
        head = _Head(batch.stream.token, batch.first_seq)
        self._attempts = (head, self._attempts[1] + 1 if self._attempts[0] == head else 1)
        return self._attempts[1] >= SAME_AGAIN

    def _make_smaller(self, batch: Batch, most: int | None) -> float | None:
        size = len(batch.reactions) + len(batch.opaque)
        self._attempts = (None, 0)
        if size <= 1:
            return self._back_off()
        self._limit = max(1, size // 2)
        if most is not None:
            self._most = max(1, min(self._most, most))
            self._limit = min(self._limit, self._most)
        return None

    def _set_aside(self, batch: Batch) -> float | None:
        """One reaction that the server can not read even alone travels as bytes from now on, to be held there."""
        self._attempts = (None, 0)
        if batch.reactions:
            self._recorder.ask(lambda work: work.buffer.mark_opaque(batch.stream, batch.first_seq))
            return None
        self._report = self._report._replace(fault="not-understood")
        return self._back_off()

    def _stop(self, code: str, wait_s: float) -> float:
        """Sending stops, collecting does not."""
        self._report = self._report._replace(fault=code)
        return self._jittered(wait_s)

    def _back_off(self) -> float:
        """Full jitter: a shop's kiosks that lost the same network must not come back in step."""
        self._failures += 1
        most_s = min(BACK_OFF_TO_S, BACK_OFF_FROM_S * 2.0 ** min(self._failures - 1, 16))
        return max(0.2, self._chance.uniform(0, most_s))

    def _jittered(self, wait_s: float) -> float:
        return wait_s * self._chance.uniform(1.0, 1.2)

    def _take_config(self, config: Config) -> None:
        try:
            configuration.check(config)
        except Malformed:
            self._report = self._report._replace(fault="config-unfit")
            return
        configuration.save(self._folder, config)
        self._apply(config)

    def _must_reconcile(self) -> bool:
        since = self._reconciled_ms
        return since is None or self._clock.elapsed_ms() - since >= RECONCILE_EVERY_MS

    def _reconcile(self, uploader: Uploader, key: str) -> bool:
        """Ask how far the server has each stream; only a whole answer of its own changes anything, and then True."""
        tokens: list[str] = self._recorder.ask(lambda work: work.buffer.stream_tokens())
        for start in range(0, max(len(tokens), 1), MAX_RECONCILE_STREAMS):
            part = tokens[start : start + MAX_RECONCILE_STREAMS]
            answer = uploader.post("/api/v1/reconcile", encode(ReconcileRequest(PROTOCOL, part)), key)
            reply = read_reply(answer, ReconcileReply)
            if reply is None or len(reply.streams) != len(part):
                # A refusal comes again, with its reason, in answer to the sync that follows.
                return False
            progress = [(token, high, safe) for token, (high, safe) in zip(part, reply.streams, strict=True)]
            self._keep_progress(progress, reply.epoch)
        self._reconciled_ms = self._clock.elapsed_ms()
        return True

    def _keep_progress(self, progress: list[tuple[str, int, int]], epoch: str) -> None:
        def keep(work: Work) -> None:
            # A restored server has lost anchors too, and nothing tells which.
            work.buffer.reconcile(progress, epoch, resend_anchors=work.buffer.epoch() not in {None, epoch})

        self._recorder.ask(keep)

    def _uploader_for(self, enrolment: Enrolment) -> Uploader:
        if self._uploader is None or self._uploader.server != enrolment.server:
            self._uploader = self._connect(enrolment.server)
        return self._uploader
