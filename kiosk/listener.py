"""Read the panel in a steady beat: debounce its edges, notice what is wrong with its buttons, keep its lamps in time."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

from hardware.debounce import Change, Debouncer
from kiosk.press import Press
from kiosk.silence import Silence

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.panel import Panel
    from kiosk.clock import Clock

# The kernel keeps 16 edges a line and drops the rest; levels are read again in this beat and fed in as if they were edges.
REREAD_MS = 250
LAMP_BEAT_MS = 40
STUCK_MS = 20_000
# A contact that sticks also chatters; it is well again when it has been open for this long.
WELL_AGAIN_MS = 1_000
# Nobody leans on the service button by chance for so long.
SERVICE_MS = 5_000


class InputDead(RuntimeError):
    """The panel's own thread has ended: levels still read, and short presses would be lost in silence."""


class Listener:
    """Turns one panel's edges into presses, in a thread of its own."""

    def __init__(
        self, panel: Panel, clock: Clock, take: Callable[[Press], None], serve: Callable[[], None] = lambda: None
    ) -> None:
        """`take` gets each press, `serve` is called when the service button was held long enough."""
        self._panel = panel
        self._clock = clock
        self._take = take
        self._serve = serve
        # Since when the service button is held, and whether that has been acted on.
        self._service_since_ms: int | None = None
        self._served = False
        self._debouncer = Debouncer()
        self._silence = Silence(list(panel.layout.buttons))
        self._stuck: frozenset[str] = frozenset()
        self._opened_ms: dict[str, int] = {}
        self._reread_ms = 0
        # When the loop last went round, for whoever watches over it.
        self.beat_ms = clock.elapsed_ms()
        self._stop = threading.Event()
        self.is_dead = False
        self._thread = threading.Thread(target=self._main, name="listener", daemon=True)

    def start(self) -> None:
        """Take the present levels as they are, and listen from now on; raises what keeps them from being read."""
        self.begin()
        self._thread.start()

    def begin(self) -> None:
        """Take the present levels as they are: a button that is down now was not pressed now."""
        now_ms = self._clock.elapsed_ms()
        for button, down in self._panel.levels().items():
            self._debouncer.begin(now_ms, button, down)

    def stop(self) -> None:
        """Stop listening; edges not yet settled are no presses."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def held_down(self) -> frozenset[str]:
        """The buttons that are down now and not known to be stuck."""
        return frozenset(self._debouncer.held_down()) - self._stuck

    def faults(self) -> list[str]:
        """What is wrong with the buttons, as short names."""
        found = [f"stuck:{button}" for button in sorted(self._stuck)]
        found += [f"dead:{button}" for button in self._silence.silent()]
        return [*found, *self._panel.faults(), *(["input-dead"] if self.is_dead else [])]

    def beat(self, wait_s: float) -> None:
        """One turn: wait for an edge at most `wait_s`, then settle, re-read, notice and light."""
        changes: list[Change] = []
        try:
            edge = self._panel.edges.get(timeout=wait_s)
            changes += self._debouncer.feed(*edge)
            while not self._panel.edges.empty():
                changes += self._debouncer.feed(*self._panel.edges.get_nowait())
        except queue.Empty:
            pass
        now_ms = self.beat_ms = self._clock.elapsed_ms()
        changes += self._debouncer.tick(now_ms)
        if now_ms - self._reread_ms >= REREAD_MS:
            changes += self._reread(now_ms)
        for change in changes:
            self._act_on(change)
        self._notice_stuck(now_ms)
        self._panel.refresh()

    def _main(self) -> None:
        try:
            while not self._stop.is_set():
                due_ms = self._debouncer.due_ms()
                wait_ms = LAMP_BEAT_MS if due_ms is None else max(1, min(LAMP_BEAT_MS, due_ms - self._clock.elapsed_ms()))
                self.beat(wait_ms / 1000)
        except Exception:
            self.is_dead = True
            raise

    def _reread(self, now_ms: int) -> list[Change]:
        self._reread_ms = now_ms
        if self._panel.is_dead():
            raise InputDead("The thread that brings the buttons' edges has ended.")
        self._notice_service(now_ms)
        changes: list[Change] = []
        for button, down in self._panel.levels().items():
            changes += self._debouncer.feed(now_ms, button, down)
        return changes

    def _act_on(self, change: Change) -> None:
        if change.button in self._stuck:
            if change.down:
                self._opened_ms.pop(change.button, None)
            else:
                self._opened_ms[change.button] = change.at_ms
        elif change.down:
            self._silence.note(change.button)
            self._take(Press(change.at_ms, change.button))

    def _notice_service(self, now_ms: int) -> None:
        if not self._panel.service_down():
            self._service_since_ms, self._served = None, False
        elif self._service_since_ms is None:
            self._service_since_ms = now_ms
        elif not self._served and now_ms - self._service_since_ms >= SERVICE_MS:
            self._served = True
            self._serve()

    def _notice_stuck(self, now_ms: int) -> None:
        held = self._debouncer.held_down()
        for button, since_ms in held.items():
            if button not in self._stuck and now_ms - since_ms >= STUCK_MS:
                self._stuck |= {button}
                self._panel.show(button, "stuck")
        for button in self._stuck - held.keys():
            if now_ms - self._opened_ms.get(button, now_ms) >= WELL_AGAIN_MS:
                self._stuck -= {button}
                self._opened_ms.pop(button, None)
                self._panel.release(button)
