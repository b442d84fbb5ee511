"""What the boots before and after a boot say of its time, for one that never met the server; pure.

Boots of one buffer are numbered as they happened. A boot lies between the known end of the one before and the known start of
the one after; over several that nobody knows the time of, their known lengths push both limits.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.drift import ONE_SIDED_MS, Bound, Fix, drift

if TYPE_CHECKING:
    from collections.abc import Sequence


class KnownBoot(NamedTuple):
    """One boot as the server knows it.

    `key` names it to the caller, `number` is its place in its buffer, `length_ms` how far it is known to have run; first and
    last completed exchange, and the earliest arrival, or None.
    """

    key: int
    number: int
    length_ms: int
    first: Fix | None
    last: Fix | None
    bound: Bound | None


class Between(NamedTuple):
    """Limits of a boot: not begun before `start_ms`, and over by `end_ms`, after running for at least `length_ms`."""

    start_ms: int
    end_ms: int
    length_ms: int

    def at(self, elapsed_ms: int) -> tuple[int, int] | None:
        """Earliest and latest server time of that elapsed time; None when the limits contradict each other."""
        rest_ms = max(0, self.length_ms - elapsed_ms)
        earliest = self.start_ms + elapsed_ms - drift(elapsed_ms)
        latest = self.end_ms - rest_ms + drift(rest_ms)
        return (earliest, latest) if earliest <= latest else None


def between(boots: Sequence[KnownBoot]) -> dict[int, Between]:
    """Limits of each boot that stands between known ones, by its key; `boots` are all of one buffer.

    A number that stands twice means that an old image of the card was put back: the order from there on is not known, and those
    boots get no limits and give none. A boot that was over later than one with a higher number began means the same, and does
    not tell from where on: then nobody gets any.
    """
    twice = [number for number, count in Counter(boot.number for boot in boots).items() if count > 1]
    ordered = sorted((boot for boot in boots if not twice or boot.number < min(twice)), key=lambda boot: boot.number)
    if _contradict(ordered):
        return {}
    starts = _earliest_starts(ordered)
    ends = _latest_ends(ordered)
    return {
        boot.key: Between(start_ms, end_ms, boot.length_ms)
        for boot, start_ms, end_ms in zip(ordered, starts, ends, strict=True)
        if start_ms is not None and end_ms is not None
    }


def _contradict(ordered: Sequence[KnownBoot]) -> bool:
    """Whether these boots can not have been in this order, by what the server saw of them."""
    over_ms: int | None = None
    for boot in ordered:
        begun_ms = _latest_start(boot)
        if over_ms is not None and begun_ms is not None and begun_ms < over_ms:
            return True
        over_ms = _most(over_ms, _earliest_end(boot))
    return False


def _earliest_starts(ordered: Sequence[KnownBoot]) -> list[int | None]:
    """The earliest moment at which each boot can have begun: when the one before was over, at least."""
    found: list[int | None] = []
    over_ms: int | None = None
    for boot in ordered:
        found.append(over_ms)
        over_ms = _most(_earliest_end(boot), None if over_ms is None else over_ms + boot.length_ms - drift(boot.length_ms))
    return found


def _latest_ends(ordered: Sequence[KnownBoot]) -> list[int | None]:
    """The latest moment at which each boot can have been over: when the one after began, at most."""
    found: list[int | None] = []
    begun_ms: int | None = None
    for boot in reversed(ordered):
        found.append(begun_ms)
        begun_ms = _least(_latest_start(boot), None if begun_ms is None else begun_ms - boot.length_ms + drift(boot.length_ms))
    return found[::-1]


def _earliest_end(boot: KnownBoot) -> int | None:
    """The earliest moment at which a boot can have been over, by what the server saw of it."""
    if boot.last is not None:
        return boot.last.server_ms - boot.last.uncertainty_ms + _at_least(boot.length_ms - boot.last.elapsed_ms)
    if boot.bound is not None:
        seen_ms = boot.bound.offset_ms + boot.bound.elapsed_ms - ONE_SIDED_MS
        return seen_ms + _at_least(boot.length_ms - boot.bound.elapsed_ms)
    return None


def _latest_start(boot: KnownBoot) -> int | None:
    """The latest moment at which a boot can have begun, by what the server saw of it."""
    limits = []
    if boot.first is not None:
        fix = boot.first
        limits.append(fix.server_ms + fix.uncertainty_ms - fix.elapsed_ms + drift(fix.elapsed_ms))
    if boot.bound is not None:
        limits.append(boot.bound.offset_ms + drift(boot.bound.elapsed_ms))
    return min(limits, default=None)


def _at_least(length_ms: int) -> int:
    """True time that a stretch of the kiosk's clock took at least."""
    return max(0, length_ms) - drift(max(0, length_ms))


def _most(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _least(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)
