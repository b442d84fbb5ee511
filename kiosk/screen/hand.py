"""A hand on the drawn box: presses a mock pin for a while and waits for the light that answers."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from typing import TYPE_CHECKING

from hardware.debounce import SETTLE_MS

if TYPE_CHECKING:
    from hardware.simulated import SimulatedPanel
    from kiosk.box import Box
    from kiosk.press import Outcome

# A finger that is already on the button: the next one waits this long for it to go away.
FINGER_WAIT_S = 2.0
# After letting go, the contact has to be open long enough to be believed before it can be pressed again.
REST_S = (2 * SETTLE_MS + 10) / 1000
ANSWER_S = 10.0
# A touch this short may be taken for interference, which nothing answers.
SHORT_MS = SETTLE_MS + 5
SHORT_ANSWER_S = 1.5


class Hand:
    """One finger for each button, as there is room for no more."""

    def __init__(self) -> None:
        self._fingers: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._held: dict[str, threading.Event] = {}
        self._unanswered: dict[str, threading.Lock] = defaultdict(threading.Lock)

    def press(self, box: Box, panel: SimulatedPanel, button: str, held_ms: int) -> Outcome | None:
        """Hold a button for `held_ms`; answers once the light is decided, None when no press came of it."""
        # One at a time: an answer names no finger, and would otherwise be taken for another's.
        if not self._unanswered[button].acquire(timeout=FINGER_WAIT_S):
            return None
        try:
            place = self._push(box, panel, button, threading.Event(), held_ms / 1000)
            if place is None:
                return None
            return self._outcome(box, button, place, SHORT_ANSWER_S if held_ms < SHORT_MS else ANSWER_S)
        finally:
            self._unanswered[button].release()

    def touch(self, box: Box, button: str) -> Outcome | None:
        """Press on the screen of a real kiosk, whose pins nobody here can move."""
        place = box.expect(button)
        box.touch(button)
        return self._outcome(box, button, place, ANSWER_S)

    def push(self, box: Box, panel: SimulatedPanel, button: str) -> Outcome | None:
        """Put a finger on a button and leave it there until `let_go`."""
        up = threading.Event()
        place = self._push(box, panel, button, up, None)
        if place is None:
            return None
        self._held[button] = up
        return self._outcome(box, button, place, ANSWER_S)

    def let_go(self, button: str) -> None:
        """Lift the finger that `push` put there; nothing happens when there is none."""
        up = self._held.pop(button, None)
        if up is not None:
            up.set()

    def _push(
        self, box: Box, panel: SimulatedPanel, button: str, up: threading.Event, held_s: float | None
    ) -> queue.SimpleQueue[Outcome] | None:
        finger = self._fingers[button]
        if not finger.acquire(timeout=FINGER_WAIT_S):
            return None
        place = box.expect(button)

        def hold() -> None:
            panel.push(button)
            up.wait(held_s)
            panel.let_go(button)
            threading.Event().wait(REST_S)
            finger.release()

        threading.Thread(target=hold, name="finger", daemon=True).start()
        return place

    def _outcome(self, box: Box, button: str, place: queue.SimpleQueue[Outcome], wait_s: float) -> Outcome | None:
        try:
            return place.get(timeout=wait_s)
        except queue.Empty:
            return None
        finally:
            box.give_up(button, place)
