"""Which light each button shows now, and its lamp driven to what that light says at this moment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hardware.lights import Light, is_lit, is_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Lamps:
    """The lights of a panel's buttons; `drive` sets one lamp, `now_ms` times them. Any thread may call."""

    def __init__(self, buttons: Iterable[str], drive: Callable[[str, bool], None], now_ms: Callable[[], int]) -> None:
        self._drive = drive
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._resting: Light = "off"
        self._closed = False
        self._lights: dict[str, tuple[Light, int]] = dict.fromkeys(buttons, ("off", now_ms()))

    def show(self, button: str, light: Light) -> None:
        """Start a light at one button; a button that is not here is no error, so that a screen may have more of them."""
        with self._lock:
            if button in self._lights and not self._closed:
                self._lights[button] = (light, self._now_ms())
                self._light(button)

    def rest(self, light: Light) -> None:
        """Set what all lamps show when nothing happens."""
        with self._lock:
            before, self._resting = self._resting, light
            for button, (shown, _) in self._lights.items():
                if shown == before and not self._closed:
                    self._lights[button] = (light, self._now_ms())
                    self._light(button)

    def release(self, button: str) -> None:
        """Let the resting light return to one button."""
        self.show(button, self._resting)

    def refresh(self) -> None:
        """Bring each lamp to what its light says at this moment."""
        with self._lock:
            if not self._closed:
                for button in self._lights:
                    self._light(button)

    def shown(self) -> dict[str, Light]:
        """The light that each button shows now."""
        with self._lock:
            return {button: light for button, (light, _) in self._lights.items()}

    def close(self) -> None:
        """Switch every lamp off, and leave them so; a light that comes later is nobody's."""
        with self._lock:
            if not self._closed:
                self._closed = True
                for button in self._lights:
                    self._drive(button, False)

    def _light(self, button: str) -> None:
        light, began_ms = self._lights[button]
        now_ms = self._now_ms()
        if is_over(light, now_ms - began_ms):
            light, began_ms = self._resting, now_ms
            self._lights[button] = (light, began_ms)
        self._drive(button, is_lit(light, now_ms - began_ms))
