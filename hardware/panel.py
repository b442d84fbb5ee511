"""What every panel of buttons can do: raw edges out, light patterns in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import queue

    from hardware.layouts import Layout
    from hardware.lights import Light


class Edge(NamedTuple):
    """A contact's level as it was seen to change, bounces included; `at_ms` counts as the panel's `now_ms` does."""

    at_ms: int
    button: str
    down: bool


class Panel(Protocol):
    """Buttons and lamps of one layout: on real pins, on mock ones, or on a keypad."""

    @property
    def layout(self) -> Layout:
        """The layout whose buttons this panel has."""

    @property
    def edges(self) -> queue.SimpleQueue[Edge]:
        """Edges in the order they were seen; whoever reads it has to debounce them."""

    def levels(self) -> dict[str, bool]:
        """Which buttons are down now, for edges that the kernel's small buffer dropped."""

    def show(self, button: str, light: Light) -> None:
        """Start a light at one button at once; when it is over, the resting light returns by itself."""

    def rest(self, light: Light) -> None:
        """Set the light that all lamps show when nothing happens: `ready`, `setup` or `off`."""

    def release(self, button: str) -> None:
        """Let the resting light return to one button."""

    def refresh(self) -> None:
        """Bring each lamp to what its light says at this moment; called in a steady beat."""

    def lights(self) -> dict[str, Light]:
        """The light that each button shows now."""

    def service_down(self) -> bool:
        """Whether the service button inside the box is down now; False where there is none."""

    def status(self, light: Light) -> None:
        """Set what the status lamp inside the box shows, where there is one."""

    def faults(self) -> list[str]:
        """What is wrong with the inputs and may mend by itself, as short names."""

    def is_dead(self) -> bool:
        """Whether the thread that brings edges has ended, so that only a new start of the program helps."""

    def close(self) -> None:
        """Switch every lamp off and let go of the inputs; may be called twice."""
