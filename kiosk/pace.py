"""How often something is pressed just now, beside how often it usually is."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wire.messages import Rules

MINUTE_MS = 60_000


class Pace:
    """Presses of one question, or of a whole kiosk; times are elapsed milliseconds and never go back."""

    def __init__(self, usual_per_minute: float, rules: Rules) -> None:
        """Begin with a guess at what is usual."""
        self._learn_ms = rules.usual_learn_ms
        # Usual traffic comes in clumps, so a rush has to stand out from more than the usual.
        self._clumps = rules.usual_percent / 100
        self._lull_ms, self._lull_presses = rules.lull_ms, rules.lull_presses
        # An exponentially fading count: divided by the time of learning it is presses a millisecond.
        self._faded = usual_per_minute * self._learn_ms / MINUTE_MS
        self._faded_ms: int | None = None
        self._seen: deque[int] = deque()

    def note(self, at_ms: int) -> None:
        """Take a press into account."""
        self._faded = self._usual(at_ms) + 1
        self._faded_ms = at_ms
        self._seen.append(at_ms)

    def is_rush(self, at_ms: int, window_ms: int, beyond: int) -> bool:
        """Whether the last `window_ms` hold `beyond` presses more than usual, and it is not calm again already."""
        seen = self._seen
        # Nearly every press ends at one of these two, and needs no exponential.
        if len(seen) < beyond:
            return False
        while seen and at_ms - seen[0] >= window_ms:
            seen.popleft()
        if len(seen) < beyond:
            return False
        usual = self._usual(at_ms) / self._learn_ms
        if len(seen) < beyond + self._clumps * usual * window_ms:
            return False
        just_now = sum(1 for seen_ms in seen if at_ms - seen_ms < self._lull_ms)
        return just_now > self._lull_presses + usual * self._lull_ms

    def _usual(self, at_ms: int) -> float:
        since_ms = 0 if self._faded_ms is None else at_ms - self._faded_ms
        return self._faded * math.exp(-since_ms / self._learn_ms)
