"""Open the panel that this box has for a layout: pins, mock pins or a keypad, as its settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hardware.layouts import Layout, WrongWiring, load_layout, mirrored
from kiosk.errors import KioskError, SettingError

if TYPE_CHECKING:
    from hardware.panel import Panel
    from kiosk.clock import Clock
    from kiosk.settings import KioskSettings


class Panels:
    """Opens one panel after another; the pins of a Pi are taken once."""

    def __init__(self, settings: KioskSettings, clock: Clock, *, simulated: bool) -> None:
        self._settings = settings
        self._clock = clock
        self._simulated = simulated
        self._pins: Any = None

    def open(self, layout_name: str) -> Panel:
        """A panel of this layout.

        Raises KeyError for an unknown one, SettingError where wiring or keypad do not fit, KioskError where there are no pins.
        """
        layout = self._layout(layout_name)
        if self._simulated:
            from hardware.simulated import SimulatedPanel

            return SimulatedPanel(layout, self._clock.elapsed_ms)
        if self._settings.keypad is not None:
            return self._keypad(layout, self._settings.keypad)
        from hardware.gpio import GpioPanel, real_pins

        if self._pins is None:
            try:
                self._pins = real_pins(self._settings.runtime_dir)
            except ImportError as error:
                raise KioskError(
                    "This machine has no GPIO (lgpio is missing). Use --simulate, or install the kiosk with ./setup.sh kiosk."
                ) from error
        return GpioPanel(layout, self._pins, self._clock.elapsed_ms)

    def wired(self, layout_name: str) -> dict[str, str]:
        """What each button of a layout is wired to, in words for a technician."""
        layout = self._layout(layout_name)
        if self._settings.keypad is None or self._simulated:
            return {button: f"GPIO {pin}" for button, pin in layout.buttons.items()}
        return {button: " or ".join(keys) for button, keys in layout.keys.items()}

    def _layout(self, name: str) -> Layout:
        try:
            layout = load_layout(name, self._settings.wiring_dir)
        except WrongWiring as error:
            raise SettingError(f"wiring_dir: {error}") from error
        # The wiring files have the happy side on the left.
        return mirrored(layout) if self._settings.happy_side == "right" else layout

    def _keypad(self, layout: Layout, match: str) -> Panel:
        from hardware.keypad import KeypadPanel

        try:
            from hardware.events import EventDevices

            return KeypadPanel(layout, match, EventDevices(), self._clock.elapsed_ms)
        except ImportError as error:
            raise SettingError("keypad: needs python-evdev. Install it with: apt install python3-evdev") from error
        except WrongWiring as error:
            raise SettingError(f"keypad: {error}") from error
