"""Who waits for the outcome of a button's next press."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

from kiosk.press import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable


class Expected:
    """Hands outcomes to those who expect them; any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[queue.SimpleQueue[Outcome]]] = {}

    def expect(self, button: str) -> queue.SimpleQueue[Outcome]:
        """A queue that gets the outcome of the next press of a button; give it back with `give_up`."""
        place: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        with self._lock:
            self._waiting.setdefault(button, []).append(place)
        return place

    def give_up(self, button: str, place: queue.SimpleQueue[Outcome]) -> None:
        """Stop expecting an outcome."""
        with self._lock:
            if place in self._waiting.get(button, []):
                self._waiting[button].remove(place)

    def tell(self, outcome: Outcome) -> None:
        """Give an outcome to all who wait for this button."""
        with self._lock:
            places = self._waiting.pop(outcome.button, [])
        for place in places:
            place.put(outcome)

    def tell_nothing(self, buttons: Iterable[str] | None = None) -> None:
        """Nothing will come of the presses of these buttons, or of any."""
        with self._lock:
            wanted = list(self._waiting if buttons is None else buttons)
        for button in wanted:
            self.tell(Outcome(button, 0, None, None, None))
