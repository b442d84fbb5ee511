"""Turn the chatter of contacts into presses: a level counts when it has held, and its time is the first edge of the burst.

A pure function of (time, button, level) and of the ticks between. gpiozero's own `bounce_time` is not used, because each of
its back ends means another thing by it: in lgpio a press shorter than it is lost, on mock pins it is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# Big arcade buttons bounce for up to 12 ms, interference lasts under 4 ms, a brisk tap is down for 30 ms and more.
SETTLE_MS = 20


class Change(NamedTuple):
    """A button that went down, or up after `held_ms`; `at_ms` is the first edge, not the moment it was believed."""

    at_ms: int
    button: str
    down: bool
    held_ms: int


@dataclass(slots=True)
class _Contact:
    stable: bool = False
    raw: bool = False
    burst_ms: int | None = None
    edge_ms: int = 0
    down_ms: int = 0


class Debouncer:
    """Stable-level integrator for any number of buttons."""

    def __init__(self, settle_ms: int = SETTLE_MS) -> None:
        self._settle_ms = settle_ms
        self._contacts: dict[str, _Contact] = {}

    def begin(self, at_ms: int, button: str, down: bool) -> None:
        """Take a level as given, without a change: a button that is down at the start was not pressed now."""
        self._contacts[button] = _Contact(stable=down, raw=down, down_ms=at_ms)

    def feed(self, at_ms: int, button: str, down: bool) -> list[Change]:
        """Take one raw level; answers the changes that had settled before it, in order of time."""
        settled = self.tick(at_ms)
        contact = self._contacts.setdefault(button, _Contact())
        if contact.raw != down:
            contact.raw = down
            contact.edge_ms = at_ms
            if contact.burst_ms is None:
                contact.burst_ms = at_ms
        return settled

    def tick(self, at_ms: int) -> list[Change]:
        """The changes that have settled by `at_ms`, in order of time."""
        changes = [change for button, contact in self._contacts.items() if (change := self._settle(at_ms, button, contact))]
        return sorted(changes)

    def due_ms(self) -> int | None:
        """When the next tick can settle something, None while all contacts are quiet."""
        return min(
            (contact.edge_ms + self._settle_ms for contact in self._contacts.values() if contact.burst_ms is not None),
            default=None,
        )

    def held_down(self) -> dict[str, int]:
        """The buttons that are down, each with the time it went down."""
        return {button: contact.down_ms for button, contact in self._contacts.items() if contact.stable}

    def _settle(self, at_ms: int, button: str, contact: _Contact) -> Change | None:
        if contact.burst_ms is None or at_ms - contact.edge_ms < self._settle_ms:
            return None
        first_ms, contact.burst_ms = contact.burst_ms, None
        if contact.raw == contact.stable:
            return None
        contact.stable = contact.raw
        held_ms = 0 if contact.stable else first_ms - contact.down_ms
        if contact.stable:
            contact.down_ms = first_ms
        return Change(first_ms, button, contact.stable, held_ms)
