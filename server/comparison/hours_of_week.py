"""At what hour it goes wrong: the share of unhappy answers by hour and weekday, and what stands out there beyond chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.proportions import wilson
from server.analysis.ranking import benjamini_hochberg
from server.analysis.special import beta_below
from server.comparison.indexes import LEAST_FOR_RANGE, LEAST_FOR_VALUE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from server.database.hours import HourCount

# Of all cells held to be more than chance, one in a hundred may be chance: the page is looked at every day.
LEVEL = 0.01
# Chance alone goes so many standard deviations beyond the usual in more than one of 25, whatever the number of presses.
OFTEN = 1.5
LONGEST_SPELL_HOURS = 4
MOST_SPELLS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one weekday (0 is Monday) over the weeks.

    `share` is that of unhappy answers, 0 to 100, None with fewer than LEAST_FOR_RANGE effective presses; `firm` from
    LEAST_FOR_VALUE on. `sure`: above the store's usual by more than chance, corrected for all firm cells.
    """

    weekday: int
    hour: int
    negative: int
    total: int
    share: float | None
    firm: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class Spell:
    """Hours in a row that stand out: of a weekday over the weeks, or of one day (`day`); `to_hour` is the first one after."""

    weekday: int
    day: date | None
    from_hour: int
    to_hour: int
    negative: int
    total: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class HoursOfWeek:
    """The table: `hours` are its rows, `usual` the share of unhappy answers of all of it, None with too few.

    `tried`: whether there were enough presses anywhere for something to stand out.
    `spells` are runs of sure cells, and single days' hours of the period asked for that stand out in it and in the weeks, the
    surest first.
    """

    first: date
    end: date
    signal: str
    questions: tuple[str, ...]
    negative: int
    total: int
    usual: float | None
    hours: tuple[int, ...]
    cells: tuple[Cell, ...]
    tried: bool
    spells: tuple[Spell, ...]


def hours_of_week(
    counts: Sequence[HourCount],
    days: tuple[date, date],
    days_asked: tuple[date, date],
    asked: tuple[str, Sequence[str]],
    effect: float,
) -> HoursOfWeek:
    """The table of these counts.

    Args:
        counts: presses by hour.
        days: the weeks, [first, end).
        days_asked: those of them that the reader asked for, in which single days are looked at.
        asked: the signal and the codes of the questions counted.
        effect: the design effect of presses that came close together, at least 1.
    """
    grid = _grid(counts)
    negative, total = sum(one.negative for one in counts), sum(_total(one) for one in counts)
    usual = 100 * negative / total if total / effect >= LEAST_FOR_VALUE else None
    by_day = max(effect, _effect_of_days(grid))
    cells = _cells(grid, by_day, usual)
    tried = any(cell.firm for cell in cells)
    spells: tuple[Spell, ...] = ()
    if usual is not None:
        own = [one for one in counts if _within(one, days_asked)]
        # Where all of these days are worse than the weeks before, none of them stands out among them.
        share = 100 * sum(one.negative for one in own) / max(1, sum(_total(one) for one in own))
        windows = _windows(own, effect, max(usual, share))
        tried = tried or bool(windows)
        single = _single_days(windows, effect)
        spells = (*_runs(cells, by_day), *single)
    hours = sorted({one.hour for one in counts})
    rows = tuple(range(hours[0], hours[-1] + 1)) if hours else ()
    return HoursOfWeek(*days, asked[0], tuple(asked[1]), negative, total, usual, rows, cells, tried, spells[:MOST_SPELLS])


def above_usual(negative: float, total: float, usual: float) -> float:
    """How probable it is that chance alone makes so many or more unhappy of so many: the exact binomial tail.

    Counts may be fractions, because clustered presses weigh less than they number; the tail then lies between whole ones'.
    """
    return beta_below(usual / 100, negative, total - negative + 1) if negative > 0 and usual > 0 else float(negative <= 0)


def _total(one: HourCount) -> int:
    return one.positive + one.neutral + one.negative


def _within(one: HourCount, days: tuple[date, date]) -> bool:
    return days[0].toordinal() <= one.local_day < days[1].toordinal()


def _grid(counts: Iterable[HourCount]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Each cell's days as (negative, total)."""
    grid: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for one in counts:
        if _total(one):
            # The first day of all, 1 January of year 1, was a Monday.
            grid.setdefault(((one.local_day - 1) % 7, one.hour), []).append((one.negative, _total(one)))
    return grid


def _effect_of_days(grid: Mapping[tuple[int, int], Sequence[tuple[int, int]]]) -> float:
    """How much more the days of one cell differ than independent presses would, over all cells together."""
    found = alone = 0.0
    for days in grid.values():
        count, total = len(days), sum(n for _, n in days)
        share = sum(x for x, _ in days) / total
        if 2 <= count < total:
            found += count / (count - 1) * sum((x - share * n) ** 2 for x, n in days)
            alone += total * share * (1 - share)
    return found / alone if alone else 1.0


def _cells(grid: Mapping[tuple[int, int], Sequence[tuple[int, int]]], effect: float, usual: float | None) -> tuple[Cell, ...]:
    sums = {key: (sum(x for x, _ in days), sum(n for _, n in days)) for key, days in grid.items()}
    firm = [key for key, (_, total) in sums.items() if usual is not None and total / effect >= LEAST_FOR_VALUE]
    # A cell whose own days differ more than days do elsewhere may be made of one of them.
    own = {key: max(effect, _effect_of_days({key: grid[key]})) for key in firm}
    chances = [_chance(sums[key][0] / own[key], sums[key][1] / own[key], usual or 0.0) for key in firm]
    sure = {key for key, kept in zip(firm, benjamini_hochberg(chances, LEVEL), strict=True) if kept}
    cells = []
    for key, (negative, total) in sorted(sums.items()):
        share = 100 * negative / total if total / effect >= LEAST_FOR_RANGE else None
        cells.append(Cell(*key, negative, total, share, key in firm, key in sure))
    return tuple(cells)


def _runs(cells: Iterable[Cell], effect: float) -> list[Spell]:
    """Sure cells of one weekday that follow each other, as one spell each, the worst first."""
    runs: list[list[Cell]] = []
    for cell in cells:
        if not cell.sure:
            continue
        if runs and (runs[-1][-1].weekday, runs[-1][-1].hour + 1) == (cell.weekday, cell.hour):
            runs[-1].append(cell)
        else:
            runs.append([cell])
    found = [
        _spell((run[0].weekday, None), (run[0].hour, run[-1].hour + 1), [(one.negative, one.total) for one in run], effect)
        for run in runs
    ]
    return sorted(found, key=lambda spell: -spell.low)


class _Window(NamedTuple):
    """Hours in a row of a day, [from_hour, to_hour), as (negative, total) of each."""

    day: int
    from_hour: int
    to_hour: int
    found: list[tuple[int, int]]


def _windows(counts: Iterable[HourCount], effect: float, usual: float) -> list[tuple[float, _Window]]:
    """All hours in a row of single days with enough presses, each with chance's probability of being so bad."""
    days: dict[int, dict[int, tuple[int, int]]] = {}
    for one in counts:
        days.setdefault(one.local_day, {})[one.hour] = (one.negative, _total(one))
    tried: list[tuple[float, _Window]] = []
    for day, hours in days.items():
        for first in hours:
            found: list[tuple[int, int]] = []
            negative = total = 0
            for end in range(first + 1, first + LONGEST_SPELL_HOURS + 1):
                found.append(hours.get(end - 1, (0, 0)))
                negative, total = negative + found[-1][0], total + found[-1][1]
                if found[-1][1] and total / effect >= LEAST_FOR_RANGE:
                    tried.append((_chance(negative / effect, total / effect, usual), _Window(day, first, end, found.copy())))
    return tried


def _chance(negative: float, total: float, usual: float) -> float:
    """`above_usual`, or 1 where that is far above LEVEL: what is so usual never stands out, and a month has a thousand such."""
    expected = total * usual / 100
    often = negative <= expected + OFTEN * math.sqrt(expected * (1 - usual / 100))
    return 1.0 if often else above_usual(negative, total, usual)


def _single_days(tried: Sequence[tuple[float, _Window]], effect: float) -> list[Spell]:
    """Of each day its surest hours in a row that stand out, corrected for all that were tried."""
    kept = benjamini_hochberg([chance for chance, _ in tried], LEVEL)
    best: dict[int, tuple[float, _Window]] = {}
    for (chance, window), believed in zip(tried, kept, strict=True):
        if believed and (window.day not in best or chance < best[window.day][0]):
            best[window.day] = (chance, window)
    windows = [window for _, window in sorted(best.values(), key=lambda one: one[0])]
    return [
        _spell(((day - 1) % 7, date.fromordinal(day)), (from_hour, to_hour), found, effect)
        for day, from_hour, to_hour, found in windows
    ]


def _spell(when: tuple[int, date | None], hours: tuple[int, int], found: Sequence[tuple[int, int]], effect: float) -> Spell:
    negative, total = sum(x for x, _ in found), sum(n for _, n in found)
    limits = wilson(negative / effect, total / effect)
    return Spell(*when, *hours, negative, total, 100 * negative / total, 100 * limits.lower, 100 * limits.upper)
