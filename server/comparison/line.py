"""Eight weeks of a store day by day: what is drawn, where the line breaks, and what changed on which day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from server.comparison.indexes import (
    LEAST_DAYS_AS_CLUSTERS,
    Gap,
    Index,
    difference,
    index_of,
    tally,
    tally_of_days,
    without_range,
)
from server.comparison.moves import moves

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from server.comparison.marks import Mark
    from server.database.figures import DayCount

WEEKS = 8
SHOWN_DAYS = 7 * WEEKS
BREAKS = frozenset({"wording", "faces", "question"})
NOTED = frozenset({"noted", "noted-chain"})


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the line: both indexes and all presses; `running` while it is not over."""

    day: date
    service: Index
    experience: Index
    reactions: int
    running: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A signal's index over the days [first, end) between two changes."""

    signal: str
    first: date
    end: date
    index: Index


@dataclass(frozen=True, slots=True)
class Step:
    """A signal before and since a noted change; `moved` is since minus before, in points."""

    signal: str
    mark: Mark
    before: Index
    since: Index
    moved: Gap


@dataclass(frozen=True, slots=True)
class Line:
    """The days, what changed in them, the levels between changes, and the last noted change's step for each signal.

    `breaks` are the days from which on a signal's line is another series: other faces, words or questions.
    """

    days: tuple[Day, ...]
    marks: tuple[Mark, ...]
    breaks: tuple[tuple[str, date], ...]
    levels: tuple[Level, ...]
    steps: tuple[Step, ...]


NO_LINE = Line((), (), (), (), ())


def shown_days(end: date) -> list[date]:
    """The days of the line: those up to `end`, which is not among them."""
    return [end - timedelta(days=back) for back in range(min(SHOWN_DAYS, end.toordinal() - 1), 0, -1)]


def line(
    counts: Sequence[DayCount],
    shown: Sequence[date],
    today: date,
    signals: Mapping[str, Collection[int]],
    marks: Sequence[Mark],
    least: int,
) -> Line:
    """The line of these days; `counts` may hold more, `signals` are the questions of service and of experience.

    Levels and steps hold full days alone.
    """
    by_day: dict[int, list[DayCount]] = {}
    for count in counts:
        by_day.setdefault(count.local_day, []).append(count)
    days = tuple(_day(day, by_day.get(day.toordinal(), []), signals, least, running=day == today) for day in shown)
    marks = [mark for mark in marks if shown and shown[0] <= mark.day <= shown[-1]]
    breaks = tuple(sorted({(signal, mark.day) for mark in marks if mark.kind in BREAKS for signal in mark.signals}))
    noted = [mark for mark in marks if mark.kind in NOTED]
    levels, steps = [], []
    end = min(shown[-1] + timedelta(days=1), today) if shown else today
    for signal, ids in signals.items():
        own = [count for count in counts if count.question_id in ids]
        cuts = {mark.day for mark in noted} | {day for broken, day in breaks if broken == signal}
        found = _levels(own, signal, sorted({shown[0], *cuts, end}), least) if noted and shown else []
        levels += [one for one in found if one.index.value is not None]
        step = _step(found, noted, {day for broken, day in breaks if broken == signal})
        steps += [step] if step else []
    return Line(days, tuple(marks), breaks, tuple(levels), _judged(steps))


def _day(day: date, own: Iterable[DayCount], signals: Mapping[str, Collection[int]], least: int, *, running: bool) -> Day:
    found = list(own)
    indexes = [index_of(tally(count for count in found if count.question_id in ids), least) for ids in signals.values()]
    service, experience = (without_range(index) for index in indexes) if running else indexes
    reactions = sum(count.positive + count.neutral + count.negative + count.marked + count.uncertain for count in found)
    return Day(day, service, experience, reactions, running=running)


def _levels(own: Sequence[DayCount], signal: str, cuts: Sequence[date], least: int) -> list[Level]:
    found = []
    for first, end in pairwise(cuts):
        inside = [count for count in own if first.toordinal() <= count.local_day < end.toordinal()]
        found.append(Level(signal, first, end, index_of(tally_of_days(inside, (end - first).days), least)))
    return found


def _step(levels: Sequence[Level], noted: Sequence[Mark], broken: Collection[date]) -> Step | None:
    """The last noted change with a week on either side, and no other series from there on."""
    for before, since in reversed(list(pairwise(levels))):
        marks = [mark for mark in noted if mark.day == since.first]
        whole = min((one.end - one.first).days for one in (before, since)) >= LEAST_DAYS_AS_CLUSTERS
        if not marks or since.first in broken or not whole:
            continue
        moved = difference(since.index, before.index)
        if moved.points is not None:
            return Step(since.signal, marks[-1], before.index, since.index, moved)
    return None


def _judged(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with what moved beyond chance, all of them judged at once."""
    moved = moves([(step.since, step.before) for step in steps])
    return tuple(replace(step, moved=one) for step, one in zip(steps, moved, strict=True))
