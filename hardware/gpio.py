"""A panel on gpiozero's pins, real ones or mock ones, whose callbacks do nothing but queue."""

from __future__ import annotations

import os
import queue
import threading
from typing import TYPE_CHECKING, Any

from gpiozero import LED, Button

from hardware.lights import Light, is_lit, is_over
from hardware.panel import Edge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hardware.layouts import Layout


def real_pins(folder: Path) -> Any:
    """The pin factory of a real Pi; lgpio keeps a pipe in `folder`, which must be private: who can write it forges presses."""
    # Without LG_WD the pipe lands in the working directory; with it, lgpio moves the whole process there.
    os.environ["LG_WD"] = str(folder)
    # Named, not guessed: gpiozero would fall back from a failing lgpio to back ends that fail later and less readably.
    from gpiozero.pins.lgpio import LGPIOFactory

    return LGPIOFactory()


class GpioPanel:
    """Buttons to ground and lamps of one layout; `now_ms` stamps edges and times the lights."""

    def __init__(self, layout: Layout, pins: Any, now_ms: Callable[[], int]) -> None:
        self.layout = layout
        self.edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self.faults: list[str] = []
        self._now_ms = now_ms
        self._lock = threading.Lock()
        self._resting: Light = "off"
        self._lights: dict[str, tuple[Light, int]] = dict.fromkeys(layout.buttons, ("off", now_ms()))
        self._lamps = {name: LED(pin, pin_factory=pins) for name, pin in layout.lamps.items()}
        self._buttons = {name: Button(pin, pull_up=True, pin_factory=pins) for name, pin in layout.buttons.items()}
        for name, button in self._buttons.items():
            button.when_pressed = self._watcher(name, down=True)
            button.when_released = self._watcher(name, down=False)

    def levels(self) -> dict[str, bool]:
        """Which buttons are down now."""
        return {name: bool(button.is_pressed) for name, button in self._buttons.items()}

    def show(self, button: str, light: Light) -> None:
        """Start a light at one button; a button without a lamp is no error, so that a screen may have more of them."""
        with self._lock:
            if button in self._lamps:
                self._lights[button] = (light, self._now_ms())
                self._drive(button)

    def rest(self, light: Light) -> None:
        """Set what all lamps show when nothing happens."""
        with self._lock:
            before, self._resting = self._resting, light
            for button, (shown, _) in self._lights.items():
                if shown == before:
                    self._lights[button] = (light, self._now_ms())
                    self._drive(button)

    def refresh(self) -> None:
        """Bring each lamp to what its light says at this moment."""
        with self._lock:
            for button in self._lamps:
                self._drive(button)

    def lights(self) -> dict[str, Light]:
        """The light that each button shows now."""
        with self._lock:
            return {button: light for button, (light, _) in self._lights.items()}

    def close(self) -> None:
        """Switch every lamp off (a released pin keeps its level on a Pi) and let go of the pins."""
        with self._lock:
            for button in self._buttons.values():
                button.close()
            for lamp in self._lamps.values():
                lamp.off()
                lamp.close()
            self._lamps = {}

    def _watcher(self, name: str, *, down: bool) -> Callable[[], None]:
        def seen() -> None:
            # One exception here would end lgpio's only callback thread, and with it every button.
            try:
                self.edges.put(Edge(self._now_ms(), name, down))
            except Exception as error:  # noqa: BLE001
                self.faults.append(f"edge of {name}: {error}")

        return seen

    def _drive(self, button: str) -> None:
        light, began_ms = self._lights[button]
        now_ms = self._now_ms()
        if is_over(light, now_ms - began_ms):
            light, began_ms = self._resting, now_ms
            self._lights[button] = (light, began_ms)
        self._lamps[button].value = is_lit(light, now_ms - began_ms)
