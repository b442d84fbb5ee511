"""Bring what the buffer holds to the server, one request at a time, until nothing waits or the network says no."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from kiosk import configuration, enrol
from kiosk.errors import CardFull, Stopped, Unreachable
from kiosk.exchange import Identity, Timing, bare, request_for, timing_of
from kiosk.pacing import Pace
from kiosk.reconcile import Reconciler
from kiosk.replies import Busy, Gap, Meaning, Refused, TooLarge, Unfit, Unknown, meaning
from wire.encoding import encode
from wire.limits import Malformed
from wire.messages import Config, SyncReply

if TYPE_CHECKING:
    import random
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.buffer.outgoing import Batch
    from kiosk.clock import Clock
    from kiosk.enrol import Enrolment
    from kiosk.press import Recorder
    from kiosk.upload import Uploader

STOPPED_S = 3_600.0
CARD_FULL_S = 5.0
UNENROLLED_S = 3_600.0
DEFAULT_S = 60
# A long backlog is sent in several runs, so that a run which outlasts this and one request is known to hang.
DRAIN_MS = 45_000


class Report(NamedTuple):
    """How the syncs are going, for status and health."""

    last_sync_ms: int | None
    fault: str | None
    kiosk: str | None
    store: str | None
    skew_ms: int | None = None


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
        self._identity = Identity(hardware, software, config_version, health)
        self._apply = apply
        self._every_s = every_s
        self._pace = Pace(chance)
        self._reconciler = Reconciler(recorder, clock)
        self._uploader: Uploader | None = None
        self._key = ""
        self._anchored = False
        # Whether this run has to say yet how the kiosk is.
        self._owes_health = True
        # Whether requests go without what merely travels along, because the server could not read one with it.
        self._bare = False
        self._began_ms = 0
        self._report = Report(None, None, None, None)
        self._ended = threading.Event()

    def report(self) -> Report:
        """How the syncs are going."""
        return self._report

    def faults(self) -> list[str]:
        """What is wrong with the syncs now, as short names."""
        return [*(["sent-bare"] if self._bare else []), *([self._report.fault] if self._report.fault else [])]

    def is_online(self) -> bool:
        """Whether the last exchange succeeded, so that a press may be sent without waiting for the schedule."""
        return self._pace.failures == 0 and self._report.fault is None

    def forget_failures(self) -> None:
        """Something changed that makes trying at once sensible: the cable is back, or the card was enrolled anew."""
        self._pace.failures = 0
        self._report = self._report._replace(fault=None)

    def failed(self) -> None:
        """A run ended in a way that nobody foresaw; the next beat tries again."""
        self._report = self._report._replace(fault="sync-failed")

    def end(self) -> None:
        """Make a running drain stop after the request that is in flight."""
        self._ended.set()

    def run(self) -> float:
        """Send all that waits; answers the seconds until the next run is due."""
        enrolment, key = enrol.read(self._folder), enrol.read_key(self._folder)
        if enrolment is None or key is None:
            return self._stop("not-enrolled", UNENROLLED_S)
        self._report = self._report._replace(kiosk=enrolment.kiosk, store=enrolment.store)
        if enrolment.hardware != self._identity.hardware:
            # A copy of this card in another machine must not count for this store.
            return self._stop("hardware-differs", STOPPED_S)
        self._key, self._owes_health = key, True
        try:
            uploader = self._uploader_for(enrolment)
            self._began_ms = self._clock.elapsed_ms()
            if self._reconciler.is_due():
                self._reconciler.ask(uploader, key)
            wait_s = None
            while wait_s is None:
                if self._is_late():
                    return 0.0
                wait_s = self._exchange(uploader)
        except Unreachable:
            self._report = self._report._replace(fault="unreachable")
            return self._pace.back_off()
        except CardFull:
            # The recorder tells of it, and begins by itself.
            return CARD_FULL_S
        except Stopped:
            return DEFAULT_S
        return wait_s

    # ---------- one request ----------

    def _exchange(self, uploader: Uploader) -> float | None:
        """Send one batch and act on the answer; None means that the next one may follow at once."""
        if self._ended.is_set():
            raise Stopped("The kiosk is ending.")
        limit = self._pace.limit
        batch = self._recorder.ask(lambda work: work.buffer.next_batch(work.stream, work.boot, self._clock.elapsed_ms(), limit))
        if self._bare:
            batch = bare(batch)
        # After a full batch comes another: what a kiosk tells of itself costs about as much as a batch.
        tells = self._owes_health or batch.size < limit
        request = request_for(batch, self._identity, self._clock, with_health=tells)
        try:
            answer = uploader.post("/api/v1/sync", encode(request, reactions=batch.reactions), self._key)
        except Unreachable as error:
            if error.sent and self._had_enough(batch):
                self._make_smaller(batch, None)
            raise
        found = meaning(answer)
        if isinstance(found, SyncReply):
            return self._stored(uploader, batch, found, timing_of(request.sent, found.server_ms, self._clock))
        return self._not_stored(batch, found)

    def _stored(self, uploader: Uploader, batch: Batch, reply: SyncReply, timing: Timing) -> float | None:
        waiting = self._recorder.ask(lambda work: work.buffer.acknowledge(batch, timing.anchor))
        self._pace.succeeded()
        self._owes_health = False
        self._report = self._report._replace(last_sync_ms=reply.server_ms, fault=None, skew_ms=timing.skew_ms)
        if reply.key is not None:
            enrol.save_key(self._folder, reply.key)
            self._key = reply.key
        if reply.config is not None:
            self._take_config(reply.config)
        if reply.epoch != (self._epoch() if self._bare else batch.epoch):
            if self._is_late():
                self._reconciler.forget()
                return 0.0
            return None if self._reconciler.ask(uploader, self._key) else self._pace.back_off()
        # With the time that a reconcile told, the anchor came along already.
        told = self._anchored or self._reconciler.told_time
        first_anchor = timing.anchor is not None and not told
        self._anchored = told or timing.anchor is not None
        # The first exchange of a start gives its times only now; one empty request more lets the server use it at once.
        if waiting or first_anchor:
            return None
        return float(self._every_s or max(reply.wait_s, 1))

    def _not_stored(self, batch: Batch, found: Meaning) -> float | None:
        match found:
            case Gap(high):
                taken_back = self._recorder.ask(lambda work: work.buffer.unacknowledge(batch.stream.token, high))
                return None if taken_back else self._pace.back_off()
            case TooLarge(most):
                return self._make_smaller(batch, most)
            case Unfit():
                return self._isolate(batch)
            case Refused(code):
                # Enrolled anew meanwhile: the next run begins with the new key.
                return self._stop(code, STOPPED_S) if enrol.read_key(self._folder) == self._key else 0.0
            case Busy(wait_s):
                self._report = self._report._replace(fault="busy")
                return self._pace.as_told(wait_s)
            case Unknown():
                return self._isolate(batch) if self._had_enough(batch) else self._pace.back_off()
            case _:
                self._report = self._report._replace(fault="answered-by-another")
                return self._pace.back_off()

    # ---------- what follows ----------

    def _is_late(self) -> bool:
        return self._clock.elapsed_ms() - self._began_ms > DRAIN_MS

    def _had_enough(self, batch: Batch) -> bool:
        return self._pace.had_enough(batch.stream.token, batch.first_seq)

    def _make_smaller(self, batch: Batch, most: int | None) -> float | None:
        return None if self._pace.make_smaller(batch.size, most) else self._pace.back_off()

    def _isolate(self, batch: Batch) -> float | None:
        """Find what the server can not read: by halves, then without what travels along, then it is the reaction itself."""
        if batch.size > 1:
            return self._make_smaller(batch, None)
        if not self._bare:
            self._bare = True
            self._pace.forget_attempts()
            return None
        return self._set_aside(batch)

    def _set_aside(self, batch: Batch) -> float | None:
        """One reaction that the server can not read even alone travels as bytes from now on, to be held there."""
        self._bare = False
        self._pace.forget_attempts()
        if batch.size and not batch.opaque:
            self._recorder.ask(lambda work: work.buffer.mark_opaque(batch.stream, batch.first_seq))
            return None
        self._report = self._report._replace(fault="not-understood")
        return self._pace.back_off()

    def _stop(self, code: str, wait_s: float) -> float:
        """Sending stops, collecting does not."""
        self._report = self._report._replace(fault=code)
        return self._pace.jittered(wait_s)

    def _take_config(self, config: Config) -> None:
        try:
            configuration.check(config)
        except Malformed:
            self._report = self._report._replace(fault="config-unfit")
            return
        self._apply(config)

    def _epoch(self) -> str | None:
        return self._recorder.ask(lambda work: work.buffer.epoch())

    def _uploader_for(self, enrolment: Enrolment) -> Uploader:
        if self._uploader is None or self._uploader.server != enrolment.server:
            self._uploader = self._connect(enrolment.server)
        return self._uploader
