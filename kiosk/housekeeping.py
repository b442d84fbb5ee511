"""What can wait for a moment without presses: totals and faults onto the card, old rows off it, the WAL folded."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kiosk.buffer.fault_log import Moment

if TYPE_CHECKING:
    from kiosk.clock import Clock
    from kiosk.work import Work

FOLD_WHEN_IDLE = 100
ALIVE_EVERY_MS = 600_000
KEEP_EVERY_MS = 3_600_000
EASE_EVERY_MS = 10_000


class _Trouble(NamedTuple):
    """A fault that is not on the card yet."""

    first: Moment
    last: Moment
    times: int
    detail: str


class Housekeeping:
    """Remembers what is to be written, and does it when asked; raises StorageError or OSError when the card refuses."""

    def __init__(self, clock: Clock) -> None:
        self.refused = 0
        self._clock = clock
        self._troubles: dict[str, _Trouble] = {}
        self._alive_ms = self._kept_ms = self._eased_ms = clock.elapsed_ms()

    def note(self, code: str, detail: str = "", times: int = 1) -> None:
        """Remember a fault until there is time to write it down."""
        now = Moment(self._clock.elapsed_ms(), self._clock.wall_ms())
        known = self._troubles.get(code)
        first, before = (known.first, known.times) if known is not None else (now, 0)
        self._troubles[code] = _Trouble(first, now, before + times, detail)

    def write_down(self, work: Work) -> None:
        """Bring refusals and faults to the card."""
        if self.refused:
            work.buffer.add_refused(self.refused)
            self.refused = 0
        for code, trouble in list(self._troubles.items()):
            work.buffer.note_fault(code, work.boot, trouble.first, trouble.last, trouble.times, trouble.detail)
            del self._troubles[code]

    def do(self, work: Work) -> None:
        """Everything that is due."""
        self.write_down(work)
        now_ms = self._clock.elapsed_ms()
        if now_ms - self._alive_ms >= ALIVE_EVERY_MS:
            work.buffer.alive(work.boot, now_ms)
            self._alive_ms = now_ms
        if now_ms - self._kept_ms >= KEEP_EVERY_MS:
            work.buffer.retain(work.boot, now_ms)
            self._kept_ms = now_ms
        if now_ms - self._eased_ms >= EASE_EVERY_MS:
            work.buffer.ease()
            work.buffer.ballast.tend()
            self._eased_ms = now_ms
        work.buffer.tidy(at_least=FOLD_WHEN_IDLE)
