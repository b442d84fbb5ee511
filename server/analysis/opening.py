"""When a store is open: a week of hours and special days on its own clock, and what follows for moments; pure.

Hours are wall times: a store that opens at nine does so in summer and in winter. Where the clock is set back or forward just
then, the store counts as open for as long as either reading of its hours allows, because nobody is judged by a doubt.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import tzinfo

DAY_MINUTES = 1_440
MINUTE_MS = 60_000
WEEKDAYS = 7
# Mostly the doors open and close within two days; a store that does not within fifteen is not said to.
LOOK_DAYS = (2, 15)


class Span(NamedTuple):
    """Open from one minute of a day to another, on the store's clock; from 1,440 on, `closes` is on the next day."""

    opens: int
    closes: int


Spans = tuple[Span, ...]
Week = tuple[Spans, ...]  # from Monday to Sunday


class Window(NamedTuple):
    """Open at these moments, [from, until), in Unix milliseconds."""

    from_ms: int
    until_ms: int


class Doors(NamedTuple):
    """Whether a store is open at a moment, since when, and when that changes; None where it is too far away to matter."""

    open: bool
    since_ms: int | None
    until_ms: int | None


@dataclass(frozen=True, slots=True)
class Opening:
    """A store's hours: its zone, its week, and days with other hours or none, by their proleptic ordinal."""

    zone: tzinfo
    week: Week
    special: Mapping[int, Spans]

    def spans(self, day: int) -> Spans:
        """The spans that begin on a day (proleptic ordinal)."""
        return self.special[day] if day in self.special else self.week[(day - 1) % WEEKDAYS]

    def windows_of(self, day: int) -> list[Window]:
        """The moments at which the store is open by the hours that begin on a day, in order."""
        return [Window(self._moment(day, span.opens, last=False), self._moment(day, span.closes)) for span in self.spans(day)]

    def windows(self, first: int, last: int, margin_ms: int = 0) -> list[Window]:
        """The moments at which the store is open by the hours of some days, and up to `margin_ms` more at each end."""
        found = [window for day in range(first, last + 1) for window in self.windows_of(day)]
        return merged(Window(window.from_ms - margin_ms, window.until_ms + margin_ms) for window in found)

    def day_of(self, at_ms: int) -> int:
        """The day (proleptic ordinal) that it is in the store at a moment."""
        return datetime.fromtimestamp(at_ms / 1000, self.zone).toordinal()

    def doors(self, at_ms: int) -> Doors:
        """Whether the store is open at a moment."""
        found = self._doors(at_ms, LOOK_DAYS[0])
        return found if found.since_ms is not None and found.until_ms is not None else self._doors(at_ms, LOOK_DAYS[1])

    def _doors(self, at_ms: int, look_days: int) -> Doors:
        day = self.day_of(at_ms)
        before = None
        for window in self.windows(day - look_days, day + look_days):
            if window.from_ms <= at_ms < window.until_ms:
                return Doors(True, window.from_ms, window.until_ms)
            if at_ms < window.from_ms:
                return Doors(False, before, window.from_ms)
            before = window.until_ms
        return Doors(False, before, None)

    def _moment(self, day: int, minute: int, *, last: bool = True) -> int:
        """A wall time as Unix milliseconds; of its two readings where a clock is set back or forward, the last or the first."""
        days, rest = divmod(minute, DAY_MINUTES)
        wall = datetime.combine(date.fromordinal(day) + timedelta(days), time(rest // 60, rest % 60), self.zone)
        readings = {wall.timestamp(), wall.replace(fold=1).timestamp()}
        return round(1000 * (max(readings) if last else min(readings)))


class OpenTime:
    """Counts the time in which a store was open.

    Args:
        windows: when it was, in order and apart; before the first and behind the last it was closed.
    """

    def __init__(self, windows: Sequence[Window]) -> None:
        self._starts = [window.from_ms for window in windows]
        self._windows = windows
        self._before = [0]
        for window in windows:
            self._before.append(self._before[-1] + window.until_ms - window.from_ms)

    def until(self, at_ms: int) -> int:
        """Open milliseconds from the first window to a moment."""
        place = bisect_right(self._starts, at_ms)
        if not place:
            return 0
        window = self._windows[place - 1]
        return self._before[place - 1] + min(at_ms, window.until_ms) - window.from_ms

    def between(self, from_ms: int, until_ms: int) -> int:
        """Open milliseconds between two moments."""
        return self.until(until_ms) - self.until(from_ms)


class OutOfHours:
    """Says of one moment after another whether it lies outside a store's hours by more than a margin.

    Made for moments that mostly lie in the same window: that one is remembered.
    """

    def __init__(self, opening: Opening, margin_ms: int) -> None:
        self._opening = opening
        self._margin_ms = margin_ms
        self._last = Window(0, 0)
        self._days: dict[int, list[Window]] = {}

    def __call__(self, at_ms: int) -> bool:
        """Whether the moment lies outside."""
        if self._last.from_ms <= at_ms < self._last.until_ms:
            return False
        day = self._opening.day_of(at_ms)
        if day not in self._days:
            # Yesterday's hours may end today, and tomorrow's margin may begin today.
            self._days[day] = self._opening.windows(day - 2, day + 1, self._margin_ms)
        for window in self._days[day]:
            if window.from_ms <= at_ms < window.until_ms:
                self._last = window
                return False
        return True


def merged(windows: Iterable[Window]) -> list[Window]:
    """Windows in order, those that touch or overlap as one."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.from_ms <= found[-1].until_ms:
            found[-1] = Window(found[-1].from_ms, max(found[-1].until_ms, window.until_ms))
        elif window.until_ms > window.from_ms:
            found.append(window)
    return found
