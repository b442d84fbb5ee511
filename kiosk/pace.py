"""How often something is pressed just now, beside how often it usually is."""

from __future__ import annotations

import math
from collections import deque

MINUTE_MS = 60_000
# What is usual is learned and forgotten in about this time: a lunch hour is usual after some minutes of it.
LEARN_MS = 20 * MINUTE_MS
# Usual traffic comes in clumps, so a rush has to stand out from a fifth more than the usual.
CLUMPS = 1.2
# A rush is over when the last half minute is as usual, give or take two presses; its long window still remembers it.
LULL_MS = 30_000
LULL_PRESSES = 2


class Pace:
    """Presses of one question, or of a whole kiosk; times are elapsed milliseconds and never go back."""

    def __init__(self, usual_per_minute: float) -> None:
        """Begin with a guess at what is usual."""
        # An exponentially fading count: divided by LEARN_MS it is presses a millisecond.
        self._faded = usual_per_minute * LEARN_MS / MINUTE_MS
        self._faded_ms: int | None = None
        self._seen: deque[int] = deque()

    def note(self, at_ms: int) -> None:
        """Take a press into account."""
        self._faded = self._usual(at_ms) + 1
        self._faded_ms = at_ms
        self._seen.append(at_ms)

    def is_rush(self, at_ms: int, window_ms: int, beyond: int) -> bool:
        """Whether the last `window_ms` hold `beyond` presses more than usual, and it is not calm again already."""
        while self._seen and at_ms - self._seen[0] >= window_ms:
            self._seen.popleft()
        # Nearly every press ends here, and needs no exponential.
        if len(self._seen) < beyond:
            return False
        usual = self._usual(at_ms) / LEARN_MS
        if len(self._seen) < beyond + CLUMPS * usual * window_ms:
            return False
        just_now = sum(1 for seen_ms in self._seen if at_ms - seen_ms < LULL_MS)
        return just_now > LULL_PRESSES + usual * LULL_MS

    def _usual(self, at_ms: int) -> float:
        since_ms = 0 if self._faded_ms is None else at_ms - self._faded_ms
        return self._faded * math.exp(-since_ms / LEARN_MS)
