"""The same panel on gpiozero's mock pins, with a hand that presses and eyes that see the lamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gpiozero.pins.mock import MockFactory

from hardware.gpio import GpioPanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from hardware.layouts import Layout


class SimulatedPanel(GpioPanel):
    """A GpioPanel whose contacts are closed and opened by calls; nothing of what lies behind the pins differs."""

    def __init__(self, layout: Layout, now_ms: Callable[[], int]) -> None:
        self._pins = MockFactory()
        super().__init__(layout, self._pins, now_ms, thread=lambda: None)

    def push(self, button: str) -> None:
        """Close the contact of a button: its pin goes to ground; raises KeyError for a button this layout has not."""
        self._pins.pin(self.layout.buttons[button]).drive_low()

    def let_go(self, button: str) -> None:
        """Open the contact of a button again."""
        self._pins.pin(self.layout.buttons[button]).drive_high()

    def push_service(self, *, down: bool) -> None:
        """Hold the service button inside the box, or let it go."""
        pin = self._pins.pin(self.layout.service_button)
        pin.drive_low() if down else pin.drive_high()

    def status_lamp(self) -> bool:
        """Whether the status lamp burns now."""
        return bool(self._pins.pin(self.layout.status_lamp).state)

    def lamps(self) -> dict[str, bool]:
        """Which lamps burn now, read from their pins."""
        return {name: bool(self._pins.pin(pin).state) for name, pin in self.layout.lamps.items()}
