"""How fast the kiosk sends: how long it waits after trouble, and how much one request carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from wire.limits import MAX_REACTIONS

if TYPE_CHECKING:
    import random

BACK_OFF_FROM_S = 2.0
BACK_OFF_TO_S = 300.0
SAME_AGAIN = 5
# A word of the server is obeyed, but no word keeps a kiosk silent for longer than this.
LONGEST_TOLD_S = 3_600.0


class _Head(NamedTuple):
    """Where a batch begins; attempts are counted per head."""

    stream: str
    seq: int


class Pace:
    """Back-off and batch size of one Sync; used by one thread at a time."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._most = MAX_REACTIONS
        self._attempts: tuple[_Head | None, int] = (None, 0)
        self.failures = 0
        self.limit = MAX_REACTIONS

    def succeeded(self) -> None:
        """An exchange went well: no back-off, and more at once again."""
        self.failures = 0
        self._attempts = (None, 0)
        self.limit = min(self.limit * 2, self._most)

    def back_off(self) -> float:
        """Seconds to wait after one more failure, fully jittered: kiosks that lost one network must not come back in step."""
        self.failures += 1
        most_s = min(BACK_OFF_TO_S, BACK_OFF_FROM_S * 2.0 ** min(self.failures - 1, 16))
        return max(0.2, self._chance.uniform(0, most_s))

    def jittered(self, wait_s: float) -> float:
        """At least `wait_s` seconds, up to a fifth more."""
        return wait_s * self._chance.uniform(1.0, 1.2)

    def as_told(self, wait_s: float | None) -> float:
        """Seconds to wait after one more failure for which the server named a time: at least the back-off, an hour at most."""
        return min(LONGEST_TOLD_S, max(self.back_off(), self.jittered(min(wait_s or 0.0, LONGEST_TOLD_S))))

    def had_enough(self, stream: str, first_seq: int) -> bool:
        """Count an attempt whose outcome is not known; True once the same head had enough of them."""
        head = _Head(stream, first_seq)
        self._attempts = (head, self._attempts[1] + 1 if self._attempts[0] == head else 1)
        return self._attempts[1] >= SAME_AGAIN

    def forget_attempts(self) -> None:
        """What is sent next is not the same again."""
        self._attempts = (None, 0)

    def make_smaller(self, size: int, most: int | None) -> bool:
        """Halve what a request of `size` entries carried, to `most` when the server named it; False when one is left."""
        self.forget_attempts()
        if size <= 1:
            return False
        self.limit = max(1, size // 2)
        if most is not None:
            self._most = max(1, min(self._most, most))
            self.limit = min(self.limit, self._most)
        return True
