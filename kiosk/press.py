"""Judge, stamp, buffer, thank: one writer thread takes presses in order and owns the buffer."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kiosk.buffer import Buffer, Counts, StorageError, Stream
from kiosk.errors import BufferUnsafe, Stopped
from kiosk.misuse import Judge
from wire.limits import MAX_SEQ, MAX_STREAM_DAYS
from wire.messages import Config, Reaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hardware.lights import Light
    from kiosk.clock import Clock

T = TypeVar("T")
MAX_GROUP = 256
# Long enough that a queue of shoppers is not interrupted by folding the WAL, short enough that it stays small.
IDLE_S = 1.0
FOLD_WHEN_IDLE = 100
FOLD_ANYWAY = 2_000
ALIVE_EVERY_MS = 600_000
STREAM_LASTS_MS = MAX_STREAM_DAYS * 86_400_000


class Press(NamedTuple):
    """A debounced press of one button."""

    at_ms: int
    button: str


class Outcome(NamedTuple):
    """What a press was answered with, and its identity when it was stored."""

    button: str
    at_ms: int
    light: Light | None
    stream: str | None
    seq: int | None


class Work:
    """What the writer thread works on: the open buffer, the running stream and this boot's number."""

    def __init__(self, buffer: Buffer, clock: Clock) -> None:
        self.buffer = buffer
        self.boot = buffer.boot_number(clock.boot_id(), clock.elapsed_ms())
        self.stream: Stream = buffer.new_stream()
        self.began_ms = clock.elapsed_ms()
        self.seq = 0


class Recorder:
    """Takes presses and questions about the buffer from any thread, and answers each press through `tell`."""

    def __init__(self, folder: Path, clock: Clock, config: Config | None, tell: Callable[[Outcome], None]) -> None:
        self._folder = folder
        self._clock = clock
        self._config = config
        self._tell = tell
        self._judge = Judge()
        self._inbox: queue.SimpleQueue[Press | Callable[[], None] | None] = queue.SimpleQueue()
        self._refused = 0
        self._broken = False
        self._ended = False
        self.is_dead = False
        self._alive_ms = clock.elapsed_ms()
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._main, name="writer", daemon=True)

    def start(self) -> None:
        """Open the buffer and begin a stream; raises what keeps the buffer from being safe."""
        self._thread.start()
        self._started.result()

    def put(self, press: Press) -> None:
        """Queue a press; its outcome is told from the writer thread."""
        self._inbox.put(press)

    def ask(self, question: Callable[[Work], T], timeout_s: float = 60.0) -> T:
        """Run a function on the buffer in the writer thread, between presses, and wait for its result."""
        result: Future[T] = Future()

        def run() -> None:
            try:
                result.set_result(question(self._work))
            except BaseException as error:  # noqa: BLE001  # it belongs to whoever asked
                result.set_exception(error)

        if self._ended:
            raise Stopped("The kiosk is ending.")
        self._inbox.put(run)
        if self._ended:
            self._release_waiting()
        return result.result(timeout_s)

    def counts(self) -> tuple[Counts, str, int]:
        """The buffer's counts, the running stream's token and its last seq."""
        counts, token, seq = self.ask(lambda work: (work.buffer.counts(), work.stream.token, work.seq))
        return counts._replace(refused=counts.refused + self._refused), token, seq

    def apply(self, config: Config) -> None:
        """Judge and stamp by another configuration from the next press on."""

        def change(work: Work) -> None:
            self._config = config

        self.ask(change)

    def stop(self) -> None:
        """Finish what is queued, fold and close the buffer."""
        self._end(None)

    def cut_power(self) -> None:
        """End at once as a power cut would: what is queued gets no answer, the file stays as it is on the disk."""

        def cut() -> None:
            self._work.buffer.cut_power()
            raise _PowerCut

        self._end(cut)

    # ---------- the writer thread ----------

    def _end(self, last: Callable[[], None] | None) -> None:
        if self._thread.is_alive():
            self._inbox.put(last)
            self._thread.join()

    def _main(self) -> None:
        try:
            self._work = Work(Buffer(self._folder), self._clock)
        except BaseException as error:  # noqa: BLE001  # start() raises it
            self._started.set_exception(error)
            return
        self._started.set_result(None)
        try:
            self._serve()
            self._work.buffer.close()
        except _PowerCut:
            pass
        except Exception:
            self.is_dead = True
            raise
        finally:
            self._ended = True
            self._release_waiting()

    def _serve(self) -> None:
        while True:
            try:
                item = self._inbox.get(timeout=IDLE_S)
            except queue.Empty:
                self._when_idle()
                continue
            for part in self._grouped(item):
                if part is None:
                    return
                if isinstance(part, list):
                    self._take(part)
                else:
                    part()

    def _grouped(self, item: Press | Callable[[], None] | None) -> list[list[Press] | Callable[[], None] | None]:
        """The item and all that queued up meanwhile, presses in a row as one group: they share one sync of the card."""
        parts: list[list[Press] | Callable[[], None] | None] = []
        for _ in range(MAX_GROUP):
            if not isinstance(item, Press):
                parts.append(item)
            elif parts and isinstance(parts[-1], list):
                parts[-1].append(item)
            else:
                parts.append([item])
            if item is None or self._inbox.empty():
                break
            item = self._inbox.get()
        return parts

    def _take(self, presses: list[Press]) -> None:
        config = self._config
        if config is None:
            # Nobody has said yet what the buttons ask, so there is nothing that a press could mean.
            for press in presses:
                self._tell(Outcome(press.button, press.at_ms, None, None, None))
            return
        if len(presses) > 1 and self._work.seq + len(presses) > MAX_SEQ:
            for press in presses:
                self._take([press])
            return
        try:
            self._renew_stream(len(presses))
        except (StorageError, BufferUnsafe, OSError):
            self._refuse(presses)
            return
        first = self._work.seq + 1
        reactions = [self._stamp(press, seq, config) for seq, press in enumerate(presses, first)]
        if not self._stored(first, reactions):
            self._refuse(presses)
            return
        self._work.seq += len(reactions)
        for seq, (press, reaction) in enumerate(zip(presses, reactions, strict=True), first):
            light: Light = "thanks" if reaction.mark == "vote" else "repeat"
            self._tell(Outcome(press.button, press.at_ms, light, self._work.stream.token, seq))
        self._fold(FOLD_ANYWAY)

    def _stamp(self, press: Press, seq: int, config: Config) -> Reaction:
        meaning = config.buttons.get(press.button)
        question = meaning.question if meaning is not None else press.button
        verdict = self._judge.judge(press.at_ms, press.button, question, seq, config.rules)
        ago_ms = self._clock.elapsed_ms() - press.at_ms
        return Reaction(
            elapsed_ms=press.at_ms,
            wall_ms=max(0, self._clock.wall_ms() - ago_ms),
            synced=self._clock.synced(),
            boot=self._work.boot,
            button=press.button,
            config_version=config.version,
            visit=verdict.visit,
            mark=verdict.mark,
        )

    def _stored(self, first: int, reactions: list[Reaction]) -> bool:
        """Commit, once more on a reopened connection with the same seqs when that failed; True only after a COMMIT."""
        for again in (False, True):
            try:
                if again:
                    self._work.buffer.reopen()
                self._work.buffer.append(self._work.stream, first, reactions)
            except (StorageError, BufferUnsafe, OSError):
                continue
            return True
        return False

    def _refuse(self, presses: list[Press]) -> None:
        # The failed COMMIT may yet turn out to be on the card, so its seqs are never used for other presses.
        self._broken = True
        # Nor does the judge remember them: the next press of the same person is no repeat of one that was lost.
        self._judge = Judge()
        self._refused += len(presses)
        for press in presses:
            self._tell(Outcome(press.button, press.at_ms, "sorry", None, None))

    def _renew_stream(self, coming: int) -> None:
        work = self._work
        if self._broken:
            work.buffer.reopen()
        aged = self._clock.elapsed_ms() - work.began_ms >= STREAM_LASTS_MS
        if self._broken or aged or work.seq + coming > MAX_SEQ:
            work.stream, work.seq, work.began_ms = work.buffer.new_stream(), 0, self._clock.elapsed_ms()
            self._judge.new_stream()
        self._broken = False

    def _when_idle(self) -> None:
        work = self._work
        try:
            if self._refused and not self._broken:
                work.buffer.add_refused(self._refused)
                self._refused = 0
            now_ms = self._clock.elapsed_ms()
            if now_ms - self._alive_ms >= ALIVE_EVERY_MS:
                work.buffer.alive(work.boot, now_ms)
                self._alive_ms = now_ms
        except StorageError:
            # Housekeeping may fail on a full card; the next press finds out whether storing does.
            self._broken = True
        self._fold(FOLD_WHEN_IDLE)

    def _fold(self, at_least: int) -> None:
        try:
            self._work.buffer.tidy(at_least=at_least)
        except StorageError:
            self._broken = True

    def _release_waiting(self) -> None:
        """Questions that came too late fail instead of waiting for ever."""
        self._work = _NoWork()
        while not self._inbox.empty():
            item = self._inbox.get()
            if callable(item):
                item()


class _NoWork(Work):
    """Stands where the buffer was; whoever touches it learns that the kiosk has ended."""

    def __init__(self) -> None:
        pass

    def __getattr__(self, name: str) -> object:
        raise Stopped("The kiosk is ending.")


class _PowerCut(BaseException):
    """The drawn power switch was thrown; never shown to anybody."""
