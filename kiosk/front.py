"""The side that shoppers touch: one panel and its listener, changed for another layout between two presses."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from kiosk.errors import KioskError
from kiosk.expected import Expected
from kiosk.listener import Listener
from kiosk.press import Press
from kiosk.self_test import SelfTest

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.panel import Panel
    from kiosk.clock import Clock
    from kiosk.press import Outcome

# Another layout waits this long for fingers to leave the buttons.
LET_GO_MS = 5_000
LOOK_S = 0.05


class Front:
    """Panel, listener and self-test. `make_panel` opens the inputs and lamps of a layout, `take` gets what counts."""

    panel: Panel
    listener: Listener

    def __init__(self, make_panel: Callable[[str], Panel], clock: Clock, take: Callable[[Press], None]) -> None:
        self.expected = Expected()
        # How many presses were answered by a light, and the last of them: for a screen that follows the buttons.
        self.told: tuple[int, Outcome | None] = (0, None)
        self._make_panel = make_panel
        self._clock = clock
        self._take_in = take
        self._test: SelfTest | None = None
        self._lock = threading.Lock()
        self._is_open = False

    def open(self, layout: str) -> None:
        """Open inputs and lamps and read each level once; raises what keeps them from it. Presses are taken by `listen`."""
        self.panel = self._make_panel(layout)
        self._is_open = True
        self.listener = Listener(self.panel, self._clock, self._take, self._serve)
        try:
            self.panel.levels()
        except Exception:
            self.close()
            raise

    def listen(self) -> None:
        """Take presses from now on."""
        self.listener.start()

    def close(self) -> None:
        """Take no more presses, darken the lamps and let go of the inputs."""
        if not self._is_open:
            return
        self._is_open = False
        test = self._test
        if test is not None:
            test.end()
        self.listener.stop()
        self.panel.close()

    def has(self, layout: str) -> bool:
        """Whether this layout is open; its levels are read, and what keeps them from being read is raised."""
        if not self._is_open or self.panel.layout.name != layout:
            return False
        self.panel.levels()
        return True

    def wait_until_let_go(self) -> None:
        """Wait a moment for fingers to leave the buttons."""
        deadline_ms = self._clock.elapsed_ms() + LET_GO_MS
        waiting = threading.Event()
        while self._is_open and self.listener.held_down() and self._clock.elapsed_ms() < deadline_ms:
            waiting.wait(LOOK_S)

    def touch(self, button: str) -> None:
        """A press on the screen instead of on a button of the box."""
        self._take(Press(self._clock.elapsed_ms(), button))

    def tell(self, outcome: Outcome) -> None:
        """Show the outcome of a press, then tell it to whoever waits."""
        if outcome.light is not None:
            self.panel.show(outcome.button, outcome.light)
            self.told = (self.told[0] + 1, outcome)
        self.expected.tell(outcome)

    def begin_self_test(self) -> dict[str, Any]:
        """Begin the self-test; raises KioskError while another one runs."""
        with self._lock:
            if self._test is not None:
                raise KioskError("A self-test runs already.")
            test = self._test = SelfTest(self.panel, self._clock, self._self_test_over)
            test.start()
        return test.look()

    def _serve(self) -> None:
        """The service button was held: begin a self-test that nobody leads, or end the one that runs."""
        with self._lock:
            test = self._test
            if test is None:
                self._test = SelfTest(self.panel, self._clock, self._self_test_over, alone=True)
                self._test.start()
        if test is not None:
            test.end()

    def self_test(self) -> SelfTest:
        """The running self-test; raises KioskError when there is none (any more)."""
        test = self._test
        if test is None:
            raise KioskError("No self-test runs; it ends by itself when nobody asks for a minute.")
        return test

    def is_in_self_test(self) -> bool:
        """Whether presses do not count at present, because a technician tries the buttons."""
        return self._test is not None

    def _take(self, press: Press) -> None:
        test = self._test
        if test is None:
            self._take_in(press)
            return
        test.press(press.button)
        self.expected.tell_nothing([press.button])

    def _self_test_over(self) -> None:
        self._test = None
