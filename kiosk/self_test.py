"""The self-test inside the program: each button in turn flickers until it is pressed, and no press counts meanwhile.

It is led from outside (`salve-kiosk self-test`), through the program's socket, because only the program may hold the pins; or
the service button inside the box began it, and nobody leads. When whoever leads it goes away, or nobody presses any more, it
ends by itself and the box listens to shoppers again.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.panel import Panel
    from kiosk.clock import Clock

# Whoever leads asks several times a second, except while someone answers a question about a light.
LEADER_GONE_MS = 60_000
LONGEST_MS = 600_000
LOOK_S = 0.25


class SelfTest:
    """One test of one panel; `ended` is called once, when it is over.

    `alone` says that nobody asks how far it is: then each press keeps it alive, and it is over after the last button.
    """

    def __init__(self, panel: Panel, clock: Clock, ended: Callable[[], None], *, alone: bool = False) -> None:
        self._panel = panel
        self._clock = clock
        self._ended = ended
        self._alone = alone
        self._lock = threading.Lock()
        self._buttons = list(panel.layout.buttons)
        self._place = 0
        self._pressed: list[str] = []
        self._others: dict[str, list[str]] = {}
        self._over = threading.Event()
        self._began_ms = self._seen_ms = clock.elapsed_ms()

    def start(self) -> None:
        """Darken the lamps, let the first button flicker, and end by itself when nobody asks any more."""
        for button in self._buttons:
            self._panel.show(button, "off")
        self._ask()
        threading.Thread(target=self._watch, name="self-test", daemon=True).start()

    def press(self, button: str) -> None:
        """Take a press that counts for nobody."""
        with self._lock:
            asked = self._asked()
            if asked is None or self._over.is_set():
                return
            if self._alone:
                self._seen_ms = self._clock.elapsed_ms()
            if button != asked:
                self._others.setdefault(asked, []).append(button)
                return
            self._pressed.append(button)
            self._go_on()

    def skip(self) -> dict[str, Any]:
        """Go on with the next button, because this one was not pressed."""
        with self._lock:
            if self._asked() is not None:
                self._go_on()
        return self.look()

    def look(self) -> dict[str, Any]:
        """How far it is; asking keeps it alive."""
        self._seen_ms = self._clock.elapsed_ms()
        with self._lock:
            return {
                "layout": self._panel.layout.name,
                "buttons": self._buttons,
                "asked": self._asked(),
                "pressed": list(self._pressed),
                "others": {asked: list(others) for asked, others in self._others.items()},
                "over": self._over.is_set(),
            }

    def end(self) -> dict[str, Any]:
        """Let the lamps rest and presses count again."""
        if not self._over.is_set():
            self._over.set()
            for button in self._buttons:
                self._panel.release(button)
            self._ended()
        return self.look()

    # ---------- inside ----------

    def _asked(self) -> str | None:
        return self._buttons[self._place] if self._place < len(self._buttons) else None

    def _ask(self) -> None:
        asked = self._asked()
        if asked is not None:
            self._panel.show(asked, "test")

    def _go_on(self) -> None:
        self._panel.show(self._buttons[self._place], "off")
        self._place += 1
        self._ask()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_S):
            now_ms = self._clock.elapsed_ms()
            done = self._alone and self._asked() is None
            if done or now_ms - self._seen_ms >= LEADER_GONE_MS or now_ms - self._began_ms >= LONGEST_MS:
                self.end()
