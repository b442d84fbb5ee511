"""One writer thread takes presses in order and owns the buffer; everybody else puts and asks here."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from kiosk.buffer.file import USUAL, Limits
from kiosk.buffer.transaction import is_damage
from kiosk.errors import CardFull, Stopped
from kiosk.homebringing import Homebringer
from kiosk.work import Outcome, Press, Work
from kiosk.writing import SALVAGED, Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.buffer.presses import Counts
    from kiosk.buffer.whole import Buffer
    from kiosk.clock import Clock
    from wire.messages import Config

__all__ = ["Outcome", "Press", "Recorder", "Work"]

T = TypeVar("T")
MAX_GROUP = 256
# Long enough that a queue of shoppers is not interrupted by folding the WAL, short enough that it stays small.
IDLE_S = 1.0
# The server keeps 8 KiB of health.
FAULTS_TOLD, DETAIL_TOLD = 8, 160


class Recorder:
    """Takes presses and questions about the buffer from any thread, and answers each press through `tell`."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        config: Config | None,
        tell: Callable[[Outcome], None],
        limits: Limits = USUAL,
    ) -> None:
        self._homebringer = Homebringer(folder, self._ask_buffer, self._report)
        self._writer = Writer(folder, clock, config, tell, limits, self._homebringer.start)
        self._inbox: queue.SimpleQueue[Press | Callable[[], None] | None] = queue.SimpleQueue()
        self._ended = False
        self.is_dead = False
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._main, name="writer", daemon=True)

    def start(self) -> None:
        """Open the buffer and begin a stream; raises what keeps the buffer from being safe.

        On a card without any room the program goes on and refuses presses; the stream begins when there is room.
        """
        self._thread.start()
        self._started.result()

    def put(self, press: Press) -> None:
        """Queue a press; its outcome is told from the writer thread."""
        self._inbox.put(press)

    def ask(self, question: Callable[[Work], T], timeout_s: float = 60.0) -> T:
        """Run a function on the buffer in the writer thread, between presses, and wait for its result.

        Raises CardFull while there is no buffer, because the card has no room to begin.
        """
        return self._in_turn(lambda: question(self._work), timeout_s)

    def _in_turn(self, action: Callable[[], T], timeout_s: float = 60.0) -> T:
        result: Future[T] = Future()

        def run() -> None:
            try:
                result.set_result(action())
            except BaseException as error:  # noqa: BLE001  # it belongs to whoever asked
                if is_damage(error):
                    self._writer.doubt()
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
        return counts._replace(refused=counts.refused + self._writer.house.refused), token, seq

    def faults(self) -> list[str]:
        """What is wrong with the buffer now, as short names."""
        return sorted(self._writer.standing)

    def fault_log(self) -> list[dict[str, Any]]:
        """The last faults on the card as JSON, newest first."""
        found = self.ask(lambda work: work.buffer.faults(FAULTS_TOLD))
        return [
            fault._asdict()
            | {"detail": fault.detail[:DETAIL_TOLD], "first": fault.first._asdict(), "last": fault.last._asdict()}
            for fault in found
        ]

    def note_fault(self, code: str, detail: str) -> None:
        """Remember a fault, which comes to the card when there is time; any thread may call, and none waits."""
        self._inbox.put(lambda: self._writer.house.note(code, detail))

    def apply(self, config: Config) -> None:
        """Judge and stamp by another configuration from the next press on."""

        def change() -> None:
            if self._ended:
                raise Stopped("The kiosk is ending.")
            self._writer.config = config

        self._in_turn(change)

    def stop(self) -> None:
        """Finish what is queued, fold and close the buffer."""
        self._end(None)

    def cut_power(self) -> None:
        """End at once as a power cut would: what is queued gets no answer, the file stays as it is on the disk."""

        def cut() -> None:
            if self._writer.beginning.is_done:
                self._work.buffer.cut_power()
            raise _PowerCut

        self._end(cut)

    # ---------- the writer thread ----------

    @property
    def _work(self) -> Work:
        if self._ended:
            raise Stopped("The kiosk is ending.")
        if not self._writer.beginning.is_done:
            raise CardFull("The card has no room to begin.")
        return self._writer.work

    def _end(self, last: Callable[[], None] | None) -> None:
        self._homebringer.stop()
        if self._thread.is_alive():
            self._inbox.put(last)
            self._thread.join()

    def _main(self) -> None:
        try:
            self._writer.beginning.begin()
        except BaseException as error:  # noqa: BLE001  # start() raises it
            self._started.set_exception(error)
            return
        self._started.set_result(None)
        try:
            self._serve()
            self._writer.close()
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
                self._writer.idle()
                continue
            for part in self._grouped(item):
                if part is None:
                    return
                if isinstance(part, list):
                    self._writer.take(part)
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

    def _release_waiting(self) -> None:
        """Questions that came too late fail instead of waiting for ever."""
        while not self._inbox.empty():
            item = self._inbox.get()
            if callable(item):
                item()

    def _ask_buffer(self, question: Callable[[Buffer], T]) -> T:
        return self.ask(lambda work: question(work.buffer))

    def _report(self, sentence: str) -> None:
        self.ask(lambda _work: self._writer.house.note(SALVAGED, sentence))


class _PowerCut(BaseException):
    """The drawn power switch was thrown; never shown to anybody."""
