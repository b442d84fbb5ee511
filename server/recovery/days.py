"""When a store's day ends for the watch: at closing where its hours are known, else after a long pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.fleet.hours import MARGIN_MS

if TYPE_CHECKING:
    from server.analysis.opening import Opening
    from server.database.recoveries import RecoveryRow

# Where hours are not known: nobody has pressed for so long that whoever comes now comes to another day.
PAUSE_MS = 4 * 3_600_000
LONGEST_MS = 24 * 3_600_000


def day_ended(opening: Opening | None, last_ms: int, at_ms: int) -> bool:
    """Whether a day ended between two presses of a place."""
    if at_ms - last_ms >= LONGEST_MS:
        return True
    if opening is None:
        return at_ms - last_ms >= PAUSE_MS
    day = opening.day_of(last_ms)
    return any(last_ms < window.until_ms <= at_ms for window in opening.windows(day - 2, day + 2))


def undecided_since(opening: Opening | None, row: RecoveryRow, now_ms: int) -> int | None:
    """When an open recovery ended without a decision; None while its day goes on.

    Presses of the last minutes before closing arrive after it, so that closing is waited for as long as they may.
    """
    if opening is None:
        ended_ms, known_ms = row.last_ms + PAUSE_MS, row.last_ms + PAUSE_MS
    else:
        ended_ms = closing_after(opening, row.alarm_ms)
        known_ms = ended_ms + MARGIN_MS
    if now_ms >= known_ms:
        return ended_ms
    return row.alarm_ms + LONGEST_MS if now_ms >= row.alarm_ms + LONGEST_MS else None


def closing_after(opening: Opening, at_ms: int) -> int:
    """When the store closes on the day of a moment, which may lie in the margins around its hours."""
    day = opening.day_of(at_ms)
    closings = [window.until_ms for window in opening.windows(day - 2, day + 2) if window.until_ms + MARGIN_MS > at_ms]
    return closings[0] if closings else at_ms + LONGEST_MS
