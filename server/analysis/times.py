"""When a press was made, from the kiosk's raw clocks and what the server knows of that boot; pure."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.drift import DRIFT_PPM, ONE_SIDED_MS, Bound, Fix, drift

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.analysis.boot_order import Between

EXACT, ESTIMATED, BOUNDED, UNKNOWN = range(4)

# The kernel calls its clock undisciplined when the error it estimates passes 16 s (NTP_PHASE_LIMIT).
DISCIPLINED_MS = 16_000
# A time that is less sure than this is looked at again when the next exchange comes, and replaced when it gains this much.
SETTLED_MS = 2_000
WORTH_MS = 1_000
# "Not known" as a number that no rule takes for known: longer than any boot lasts.
NOT_KNOWN_MS = 30 * 366 * 86_400_000


class _Stretch(NamedTuple):
    """Part of a boot: server time at its start, both clocks' lengths of it (1 and 1 when they run alike), and its end."""

    start_ms: int
    server_ms: int
    length_ms: int
    server_length_ms: int
    uncertainty_ms: int
    end_ms: int


class PressTime(NamedTuple):
    """Unix time of a press, how far off it may be, and EXACT, ESTIMATED, BOUNDED or UNKNOWN."""

    pressed_ms: int
    uncertainty_ms: int
    quality: int


# The same as a bare tuple: these are made for every reaction.
Time = tuple[int, int, int]


def is_better(new: PressTime, old: PressTime) -> bool:
    """Whether a time that was stated is worth replacing: by a surer kind, by one surer by seconds, or because both can not be.

    Milliseconds that are told better are not worth a changed row.
    """
    if abs(new.pressed_ms - old.pressed_ms) > new.uncertainty_ms + old.uncertainty_ms:
        return new.quality <= old.quality
    if new.uncertainty_ms > old.uncertainty_ms:
        return False
    gained_ms = old.uncertainty_ms - new.uncertainty_ms
    return new.quality < old.quality or (gained_ms >= WORTH_MS and gained_ms >= new.uncertainty_ms)


class BootClock:
    """One boot of a kiosk, set against the server's time.

    Args:
        fixes: completed exchanges of this boot, by elapsed time, each once.
        bounds: arrivals of this boot's requests, at most two: the best known one and the newest are enough.
        arrived_ms: server time of the request that brought the presses; none in it is later.
        between: what the boots before and after it say, for a boot that never met the server.
    """

    def __init__(self, fixes: Sequence[Fix], bounds: Sequence[Bound], arrived_ms: int, between: Between | None = None) -> None:
        self._breaks, self._stretches = _stretches(fixes)
        self._last_fix_ms = fixes[-1].elapsed_ms if fixes else -1
        self._between = between
        # An arrival that another one, plus drift, shows to have been late is pulled back to what that one allows.
        self._bounds = [
            Bound(bound.elapsed_ms, min(other.offset_ms + drift(bound.elapsed_ms - other.elapsed_ms) for other in bounds))
            for bound in bounds
        ]
        self._arrived_ms = arrived_ms

    def at(self, elapsed_ms: int, wall_ms: int, synced: bool) -> PressTime:
        """The time of a press at `elapsed_ms` of this boot, which the kiosk's own clock called `wall_ms`."""
        return PressTime(*self.times([elapsed_ms], [wall_ms], [synced])[0])

    def times(self, elapsed_ms: Sequence[int], wall_ms: Sequence[int], synced: Sequence[bool]) -> list[Time]:
        """The times of many presses, each as `at` tells it."""
        found = self._exact(elapsed_ms) if self._stretches else self._estimated(elapsed_ms, wall_ms, synced)
        for place, (pressed_ms, unsure_ms, quality) in enumerate(found):
            if not 0 <= pressed_ms <= self._arrived_ms or (quality == EXACT and unsure_ms > DISCIPLINED_MS):
                found[place] = self._mended(found[place], elapsed_ms[place], wall_ms[place], synced[place])
        return found

    def may_improve(self, elapsed_ms: int, found: Time) -> bool:
        """Whether a later exchange or another boot could still tell this time better by seconds."""
        return self.improvable([elapsed_ms], [found]) == [0]

    def improvable(self, elapsed_ms: Iterable[int], found: Iterable[Time]) -> list[int]:
        """Which of many times `may_improve`, by their places."""
        last_fix_ms = self._last_fix_ms
        return [
            place
            for place, (at_ms, (_, unsure_ms, quality)) in enumerate(zip(elapsed_ms, found, strict=True))
            if quality != EXACT or (unsure_ms > SETTLED_MS and at_ms > last_fix_ms)
        ]

    def _mended(self, found: Time, elapsed_ms: int, wall_ms: int, synced: bool) -> Time:
        """A time that an arrival may tell better than an exchange long before or after; none after its own arrival."""
        if found[2] == EXACT and found[1] > DISCIPLINED_MS and self._bounds:
            found = min(found, *self._estimated([elapsed_ms], [wall_ms], [synced]), key=itemgetter(1))
        return found if found[2] == UNKNOWN else (min(max(found[0], 0), self._arrived_ms), *found[1:])

    def _bounded(self, elapsed_ms: int, wall_ms: int, synced: bool) -> Time:
        """Without word from the server in this boot: its own disciplined clock, its neighbours, or not known."""
        limits = None if self._between is None else self._between.at(elapsed_ms)
        believable = wall_ms <= self._arrived_ms + DISCIPLINED_MS
        if limits is not None:
            believable = limits[0] - DISCIPLINED_MS <= wall_ms <= limits[1] + DISCIPLINED_MS
        if synced and believable:
            return wall_ms, DISCIPLINED_MS, ESTIMATED
        if limits is None:
            return wall_ms, NOT_KNOWN_MS, UNKNOWN
        return (limits[0] + limits[1]) // 2, (limits[1] - limits[0] + 1) // 2, BOUNDED

    # These two run for every reaction: without calls of drift(), min() or each other.

    def _exact(self, elapsed_ms: Sequence[int]) -> list[Time]:
        """Told by the exchanges around each moment."""
        found = []
        for at_ms in elapsed_ms:
            start, server_ms, length_ms, server_length_ms, unsure_ms, end = self._stretches[bisect_right(self._breaks, at_ms)]
            since_ms = at_ms - start
            away_ms = abs(since_ms)
            if length_ms > 1 and end - at_ms < away_ms:  # between two exchanges the nearer one counts
                away_ms = end - at_ms
            unsure_ms -= -away_ms * DRIFT_PPM // 1_000_000
            found.append((server_ms + since_ms * server_length_ms // length_ms, unsure_ms, EXACT))
        return found

    def _estimated(self, elapsed_ms: Sequence[int], wall_ms: Sequence[int], synced: Sequence[bool]) -> list[Time]:
        """Told by the arrival that is nearest to each moment, or by the kiosk's own clock where that agrees with it."""
        if not self._bounds:
            return list(map(self._bounded, elapsed_ms, wall_ms, synced))
        found: list[Time] = []
        (first_ms, first_offset_ms), (other_ms, other_offset_ms) = self._bounds[0], self._bounds[-1]
        for at_ms, believed_ms, is_synced in zip(elapsed_ms, wall_ms, synced, strict=True):
            away_ms, pressed_ms = abs(at_ms - first_ms), at_ms + first_offset_ms
            if abs(at_ms - other_ms) < away_ms:
                away_ms, pressed_ms = abs(at_ms - other_ms), at_ms + other_offset_ms
            unsure_ms = ONE_SIDED_MS - -away_ms * DRIFT_PPM // 1_000_000
            if is_synced and -unsure_ms <= believed_ms - pressed_ms <= unsure_ms:
                found.append((believed_ms, DISCIPLINED_MS, ESTIMATED))
            else:
                found.append((pressed_ms, unsure_ms, ESTIMATED))
        return found


def _stretches(fixes: Sequence[Fix]) -> tuple[list[int], list[_Stretch]]:
    """The boot cut into stretches, each with one way to tell the time in it, and the elapsed times between them."""
    breaks: list[int] = []
    stretches: list[_Stretch] = [_around(fix) for fix in fixes[:1]]
    for before, after in pairwise(fixes):
        if _agree(before, after):
            breaks += [before.elapsed_ms, after.elapsed_ms]
            length_ms, server_length_ms = after.elapsed_ms - before.elapsed_ms, after.server_ms - before.server_ms
            uncertainty_ms = max(before.uncertainty_ms, after.uncertainty_ms)
            between = (before.elapsed_ms, before.server_ms, length_ms, server_length_ms, uncertainty_ms, after.elapsed_ms)
            stretches += [_Stretch(*between), _around(after)]
        else:
            breaks.append((before.elapsed_ms + after.elapsed_ms) // 2)
            stretches.append(_around(after))
    return breaks, stretches


def _around(fix: Fix) -> _Stretch:
    return _Stretch(fix.elapsed_ms, fix.server_ms, 1, 1, fix.uncertainty_ms, fix.elapsed_ms)


def _agree(before: Fix, after: Fix) -> bool:
    """Whether two exchanges can both be right; they can not when the server's own clock was set in between."""
    length_ms = after.elapsed_ms - before.elapsed_ms
    stray_ms = abs(after.server_ms - before.server_ms - length_ms)
    return length_ms > 0 and stray_ms <= before.uncertainty_ms + after.uncertainty_ms + drift(length_ms)
