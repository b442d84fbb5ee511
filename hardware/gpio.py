"""A panel on gpiozero's pins, real ones or mock ones, whose callbacks do nothing but queue."""

from __future__ import annotations

import atexit
import os
import queue
import sys
from typing import TYPE_CHECKING, Any

from gpiozero import LED, DigitalInputDevice

from hardware.lamps import Lamps
from hardware.panel import Edge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hardware.layouts import Layout
    from hardware.lights import Light

# The status lamp among the lamps; no button has an empty name.
STATUS = ""


def real_pins(folder: Path) -> Any:
    """The pin factory of a real Pi; lgpio keeps a pipe in `folder`, which must be private: who can write it forges presses."""
    # Without LG_WD the pipe lands in the working directory; with it, lgpio moves the whole process there.
    os.environ["LG_WD"] = str(folder)
    # Named, not guessed: gpiozero would fall back from a failing lgpio to back ends that fail later and less readably.
    from gpiozero.pins.lgpio import LGPIOFactory

    return LGPIOFactory()


def notify_thread() -> Any:
    """The one thread in which lgpio runs the callbacks of all pins, None where lgpio is not in use."""
    return getattr(sys.modules.get("lgpio"), "_notify_thread", None)


class GpioPanel:
    """Buttons to ground and lamps of one layout; `now_ms` stamps edges and times the lights."""

    def __init__(self, layout: Layout, pins: Any, now_ms: Callable[[], int], thread: Callable[[], Any] = notify_thread) -> None:
        self.layout = layout
        self.edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self._now_ms = now_ms
        self._thread = thread
        self._failed = False
        self._lamps: dict[str, LED] = {}
        self._buttons: dict[str, DigitalInputDevice] = {}
        self._service: DigitalInputDevice | None = None
        try:
            self._open(pins)
        except BaseException:
            # Half a panel must not keep pins from the next one.
            self._let_go()
            raise
        self._lights = Lamps(layout.buttons, self._drive, now_ms)
        self._status = Lamps([STATUS], self._drive, now_ms)
        # A pin that is let go keeps its level on a Pi: a lamp that burns after the program ended says "alive".
        atexit.register(self.close)

    def levels(self) -> dict[str, bool]:
        """Which buttons are down now."""
        return {name: bool(button.is_active) for name, button in self._buttons.items()}

    def show(self, button: str, light: Light) -> None:
        """Start a light at one button."""
        self._lights.show(button, light)

    def rest(self, light: Light) -> None:
        """Set what all lamps show when nothing happens."""
        self._lights.rest(light)

    def release(self, button: str) -> None:
        """Let the resting light return to one button."""
        self._lights.release(button)

    def refresh(self) -> None:
        """Bring each lamp to what its light says at this moment."""
        self._lights.refresh()
        self._status.refresh()

    def lights(self) -> dict[str, Light]:
        """The light that each button shows now."""
        return self._lights.shown()

    def service_down(self) -> bool:
        """Whether the service button is down now."""
        return self._service is not None and bool(self._service.is_active)

    def status(self, light: Light) -> None:
        """Set what the status lamp shows."""
        if self._status.shown()[STATUS] != light:
            self._status.show(STATUS, light)

    def faults(self) -> list[str]:
        """Tells of edges that could not be queued; re-reading the levels finds most of those presses."""
        return ["input-failing"] if self._failed else []

    def is_dead(self) -> bool:
        """Whether lgpio's callback thread has ended: levels still read right then, and no edge ever comes."""
        thread = self._thread()
        return thread is not None and not thread.is_alive()

    def close(self) -> None:
        """Switch every lamp off and let go of the pins."""
        atexit.unregister(self.close)
        self._lights.close()
        self._status.close()
        self._let_go()

    def _open(self, pins: Any) -> None:
        for name, pin in self.layout.lamps.items():
            self._lamps[name] = LED(pin, pin_factory=pins)
        if self.layout.status_lamp is not None:
            self._lamps[STATUS] = LED(self.layout.status_lamp, pin_factory=pins)
        if self.layout.service_button is not None:
            # Only its level is looked at: nobody presses it in a hurry.
            self._service = DigitalInputDevice(self.layout.service_button, pull_up=True, pin_factory=pins)
        for name, pin in self.layout.buttons.items():
            # Not gpiozero's Button: that keeps a thread for each, to tell of buttons that are held.
            self._buttons[name] = DigitalInputDevice(pin, pull_up=True, pin_factory=pins)
        for name, button in self._buttons.items():
            button.when_activated = self._watcher(name, down=True)
            button.when_deactivated = self._watcher(name, down=False)

    def _let_go(self) -> None:
        for device in (*self._buttons.values(), *self._lamps.values(), *([self._service] if self._service else [])):
            device.close()
        self._lamps = {}

    def _drive(self, button: str, lit: bool) -> None:
        if button in self._lamps:
            self._lamps[button].value = lit

    def _watcher(self, name: str, *, down: bool) -> Callable[[], None]:
        def seen() -> None:
            # One exception here would end lgpio's only callback thread, and with it every button.
            try:
                self.edges.put(Edge(self._now_ms(), name, down))
            except Exception:  # noqa: BLE001
                self._failed = True

        return seen
