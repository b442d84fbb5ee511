"""A panel of keys on USB: keypads, arcade encoders and joysticks, through the kernel's event devices.

The device is grabbed, so that no key types into a page or switches consoles. It may be pulled out and put back at any time:
that is a fault while it lasts, and presses count again within seconds of its return.
"""

from __future__ import annotations

import queue
import select
import threading
from typing import TYPE_CHECKING, Any, Protocol

from hardware.lamps import Lamps
from hardware.layouts import WrongWiring
from hardware.panel import Edge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hardware.layouts import Layout
    from hardware.lights import Light

RESCAN_S = 2.0
# The wait for an event, after which the reader looks whether it should end.
LOOK_S = 0.25
# From linux/input-event-codes.h.
EV_SYN, EV_KEY = 0, 1
SYN_REPORT, SYN_DROPPED = 0, 3
UP, DOWN = 0, 1
# A stamp further from now than this was taken by another clock.
STAMP_TRUSTED_MS = 5_000


class Inputs(Protocol):
    """The kernel's input devices, as python-evdev shows them."""

    def paths(self) -> Iterable[str]:
        """Every event device."""

    def open(self, path: str) -> Any:
        """An evdev.InputDevice; raises OSError."""

    def same(self, path: str, name: str) -> bool:
        """Whether a name under /dev/input leads to this device."""

    def code(self, key: str) -> int | None:
        """The number of a key's name, None for one that the kernel does not have."""

    def count_like_us(self, device: Any) -> None:
        """Have the device stamp events by elapsed time since the boot, where it can."""


class KeypadPanel:
    """The keys of one layout on the device that `match` names; `now_ms` is elapsed time since the boot.

    `match` is a device's name, its `vendor:product` in hex, or its path under /dev/input/by-id. A keypad has no lamps that we
    know how to light, so lights are only remembered, for the screen. Raises WrongWiring for a key that does not exist.
    """

    def __init__(self, layout: Layout, match: str, inputs: Inputs, now_ms: Callable[[], int]) -> None:
        self.layout = layout
        self.edges: queue.SimpleQueue[Edge] = queue.SimpleQueue()
        self._match = match
        self._inputs = inputs
        self._now_ms = now_ms
        self._buttons = _codes(layout, inputs)
        self._lamps = Lamps(layout.buttons, _no_lamp, now_ms)
        self._down: set[int] = set()
        self._device: Any = None
        self._lock = threading.Lock()
        self._fault: str | None = "input-unplugged"
        self._stop = threading.Event()
        self._find()
        self._thread = threading.Thread(target=self._main, name="keypad", daemon=True)
        self._thread.start()

    def levels(self) -> dict[str, bool]:
        """Which buttons are down now, by the kernel's own account; none while the device is away."""
        with self._lock:
            if self._device is not None:
                try:
                    self._catch_up()
                except OSError:
                    self._lose("input-unplugged")
            down = {self._buttons[code] for code in self._down}
        return {button: button in down for button in self.layout.buttons}

    def show(self, button: str, light: Light) -> None:
        """Remember a light."""
        self._lamps.show(button, light)

    def rest(self, light: Light) -> None:
        """Remember the resting light."""
        self._lamps.rest(light)

    def release(self, button: str) -> None:
        """Let the resting light return to one button."""
        self._lamps.release(button)

    def refresh(self) -> None:
        """Let lights end in time."""
        self._lamps.refresh()

    def lights(self) -> dict[str, Light]:
        """The light that each button would show."""
        return self._lamps.shown()

    def service_down(self) -> bool:
        """A keypad has no button inside the box."""
        return False

    def status(self, light: Light) -> None:
        """Nor a lamp."""

    def faults(self) -> list[str]:
        """`input-unplugged` while no such device is there, `input-busy` while another program holds it."""
        return [self._fault] if self._fault is not None else []

    def is_dead(self) -> bool:
        """Whether the reader has ended by itself."""
        return not self._thread.is_alive() and not self._stop.is_set()

    def close(self) -> None:
        """Let go of the device."""
        self._stop.set()
        self._thread.join()
        self._lamps.close()
        with self._lock:
            self._lose(None)

    # ---------- the reader ----------

    def _main(self) -> None:
        while not self._stop.is_set():
            device = self._device
            if device is None:
                if not self._stop.wait(RESCAN_S):
                    self._find()
                continue
            try:
                self._read(device)
            except (OSError, ValueError):
                # ValueError: `levels` noticed first and closed it under our hands.
                # ENODEV: pulled out. Never a reason to end: it will be put back.
                with self._lock:
                    self._lose("input-unplugged")

    def _read(self, device: Any) -> None:
        ready, _, _ = select.select([device.fd], [], [], LOOK_S)
        if not ready:
            return
        dropped = False
        with self._lock:
            if device is not self._device:
                return
            for event in _events(device):
                if event.type == EV_SYN and event.code == SYN_DROPPED:
                    dropped = True
                elif dropped:
                    # What lies between a drop and its report is a torn frame; the keys are read afresh instead.
                    if event.type == EV_SYN and event.code == SYN_REPORT:
                        dropped = False
                        self._catch_up()
                elif event.type == EV_KEY and event.value in {UP, DOWN}:  # 2 is the kernel's own repeating
                    self._set(event.code, down=event.value == DOWN, at_ms=self._stamp(event))
            if dropped:
                self._catch_up()

    def _catch_up(self) -> None:
        now_ms = self._now_ms()
        active = {code for code in self._device.active_keys() if code in self._buttons}
        for code in self._down ^ active:
            self._set(code, down=code in active, at_ms=now_ms)

    def _set(self, code: int, *, down: bool, at_ms: int) -> None:
        button = self._buttons.get(code)
        if button is None or down == (code in self._down):
            return
        (self._down.add if down else self._down.discard)(code)
        self.edges.put(Edge(at_ms, button, down))

    def _stamp(self, event: Any) -> int:
        now_ms = self._now_ms()
        at_ms = int(event.sec) * 1000 + int(event.usec) // 1000
        return at_ms if abs(now_ms - at_ms) <= STAMP_TRUSTED_MS else now_ms

    # ---------- finding and losing ----------

    def _find(self) -> None:
        """Take the first matching device that has one of our keys."""
        with self._lock:
            self._fault = "input-unplugged"
            for path in self._inputs.paths():
                try:
                    device = self._inputs.open(path)
                except OSError:
                    continue
                if not self._fits(path, device) or not self._take(device):
                    device.close()
                    continue
                return

    def _fits(self, path: str, device: Any) -> bool:
        if not self._buttons.keys() & set(device.capabilities().get(EV_KEY, [])):
            return False
        if self._match.startswith("/"):
            return self._inputs.same(path, self._match)
        number = f"{device.info.vendor:04x}:{device.info.product:04x}"
        return self._match.casefold() in {number, device.name.casefold()}

    def _take(self, device: Any) -> bool:
        try:
            device.grab()
            self._inputs.count_like_us(device)
            self._device = device
            # What is down now was not pressed now; the listener sees it as a level and not as an edge.
            self._down = {code for code in device.active_keys() if code in self._buttons}
        except OSError:
            self._device = None
            self._fault = "input-busy"
            return False
        self._fault = None
        return True

    def _lose(self, fault: str | None) -> None:
        """Call with the lock held."""
        device, self._device, self._fault = self._device, None, fault
        if device is None:
            return
        for code in sorted(self._down):
            self._set(code, down=False, at_ms=self._now_ms())
        try:
            device.close()
        except OSError:
            return


def _no_lamp(button: str, lit: bool) -> None:
    """Where a lamp would be."""


def _events(device: Any) -> Iterable[Any]:
    try:
        yield from device.read()
    except BlockingIOError:
        return


def _codes(layout: Layout, inputs: Inputs) -> dict[int, str]:
    found: dict[int, str] = {}
    for button, names in layout.keys.items():
        for name in names:
            code = inputs.code(name)
            if code is None:
                raise WrongWiring(f"{layout.name}: there is no key {name} for {button}.")
            if found.setdefault(code, button) != button:
                raise WrongWiring(f"{layout.name}: the key {name} stands for two buttons.")
    return found
