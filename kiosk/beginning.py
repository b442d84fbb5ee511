"""Begin work on a card that may have no room even for that: the program runs on, and asks the card again every few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.buffer.file import StorageError
from kiosk.buffer.transaction import has_no_room
from kiosk.errors import BufferUnsafe

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.clock import Clock
    from kiosk.housekeeping import Housekeeping

AGAIN_MS = 3_000
FULL = "buffer-full"


class Beginning:
    """Opens the buffer by `open_it`, which says `is_done` when it has; until then presses are refused. One thread uses it."""

    def __init__(self, open_it: Callable[[], None], clock: Clock, house: Housekeeping, standing: set[str]) -> None:
        self.is_done = False
        self._open_it = open_it
        self._clock = clock
        self._house = house
        # Faults that stand now, by their short names; they belong to the writer.
        self._standing = standing
        self._tried_ms = 0

    def begin(self) -> None:
        """Open the buffer, or find that the card has no room; raises whatever else keeps it from being open."""
        try:
            self._open_it()
        except (StorageError, OSError) as error:
            if not has_no_room(error):
                raise
            self._standing.add(FULL)
            self._house.note(FULL, "no room to begin")
            self._tried_ms = self._clock.elapsed_ms()

    def is_done_now(self) -> bool:
        """Whether there is a buffer, after one more try when that is due."""
        if self.is_done or self._clock.elapsed_ms() - self._tried_ms < AGAIN_MS:
            return self.is_done
        try:
            self.begin()
        except (StorageError, BufferUnsafe, OSError) as error:
            # The next start of the program would fail as this did; refusing goes on.
            self._tried_ms = self._clock.elapsed_ms()
            self._house.note(FULL, f"{type(error).__name__}: {error}")
        if self.is_done:
            self._standing.discard(FULL)
        return self.is_done
