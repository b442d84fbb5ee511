"""How long something has lasted as a store counts: the time it was open, or all time where its hours are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.opening import OpenTime

if TYPE_CHECKING:
    from server.analysis.opening import Doors, Opening

# Longer than this ago is long ago, however long.
LONGEST_DAYS = 28


class StoreTime:
    """One store's time at one moment.

    Args:
        opening: its hours, None where they are not known.
        now_ms: Unix milliseconds.
    """

    def __init__(self, opening: Opening | None, now_ms: int) -> None:
        self._opening = opening
        self._now_ms = now_ms
        self.doors: Doors | None = None if opening is None else opening.doors(now_ms)

    @property
    def closed(self) -> bool:
        """Whether the store is known to be closed now."""
        return self.doors is not None and not self.doors.open

    def since(self, at_ms: int) -> int:
        """Milliseconds since a moment in which the store was open; counts LONGEST_DAYS at most where hours are known."""
        if self._opening is None:
            return self._now_ms - at_ms
        today = self._opening.day_of(self._now_ms)
        # Yesterday's hours may end today.
        first = max(self._opening.day_of(at_ms), today - LONGEST_DAYS) - 1
        return OpenTime(self._opening.windows(first, today)).between(at_ms, self._now_ms)
