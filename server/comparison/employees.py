"""Employees' figures of a store, told only of stretches of whole weeks with enough presses, so that nobody is picked out.

The rule. Time is cut, from the store's first week with employees' presses on, into stretches of whole weeks (Monday to Sunday).
A stretch ends with the first week at whose end each signal that was pressed in it has LEAST counted presses. Figures are those
of stretches, or sums of stretches, and of nothing else: not of a day, an hour, a touchpoint, a question or dates one chooses.
So the difference of any two figures that are shown is made of stretches too, and each holds enough presses. Several stores
together are the sum of their shown stretches; a store with too few is in no total, so it can not be had by subtracting.

Limits. One person may press ten times. Where all answer alike, all answers are known. A press that arrives late belongs to its
week, may move the end of a stretch, and shows in the difference of what was read before and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import NO_TALLY, Gap, Index, Tally, add, gap_of, index_of
from server.comparison.periods import local_today
from server.database.employee_counts import WEEK_DAYS, WeekCount, employee_weeks, stores_asking_employees
from server.database.life import read_life
from server.survey.definitions import valid_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef

LEAST = 10
# The figures at the top are of the stretches that ended in the last quarter.
RECENT_WEEKS = 13


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole weeks [first, end) with enough presses to be shown."""

    first: date
    end: date
    service: Tally
    experience: Tally


@dataclass(frozen=True, slots=True)
class ShownStretch:
    """A stretch's figures."""

    first: date
    end: date
    service: Index
    experience: Index


@dataclass(frozen=True, slots=True)
class EmployeeFigures:
    """What may be told of one store's employees.

    `asked` says whether a kiosk asks them. `service`, `experience` and `gap` are of the `stretches` that ended in the last
    RECENT_WEEKS; `stretches` are all, the newest first. `open_since` is the first day after them, None where there is none.
    """

    store: StoreRef
    asked: bool
    service: Index
    experience: Index
    gap: Gap
    first: date | None
    end: date | None
    stretches: tuple[ShownStretch, ...]
    open_since: date | None
    definition_version: int
    made_up: bool


def employee_figures(connection: Connection, store: StoreRef, now_ms: int) -> EmployeeFigures:
    """The figures of one store's employees; everything is withheld until LEAST of them pressed."""
    today = local_today(store.timezone, now_ms)
    weeks = employee_weeks(connection, [store.id], today.toordinal())
    stretches = stretches_of(weeks, today)
    recent = _recent(stretches, today)
    definition = valid_at(connection, now_ms)
    service, experience = _indexes(recent, definition.least_count)
    return EmployeeFigures(
        store=store,
        asked=store.id in stores_asking_employees(connection),
        service=service,
        experience=experience,
        gap=gap_of(service, experience, ()),
        first=recent[0].first if recent else None,
        end=recent[-1].end if recent else None,
        stretches=tuple(
            ShownStretch(one.first, one.end, *_indexes([one], definition.least_count)) for one in reversed(stretches)
        ),
        open_since=stretches[-1].end if stretches else None,
        definition_version=definition.version,
        made_up=read_life(connection).made_up,
    )


def employees_together(connection: Connection, stores: Sequence[StoreRef], now_ms: int) -> tuple[int, Tally, Tally]:
    """How many of these stores have stretches that ended in the last RECENT_WEEKS, and those: service and experience."""
    weeks = employee_weeks(connection, [store.id for store in stores], local_today("Etc/GMT-14", now_ms).toordinal())
    by_store = {store_id: list(own) for store_id, own in groupby(weeks, key=lambda week: week.store_id)}
    found = []
    for store in stores:
        today = local_today(store.timezone, now_ms)
        recent = _recent(stretches_of(by_store.get(store.id, []), today), today)
        found += [recent] if recent else []
    every = [stretch for recent in found for stretch in recent]
    return len(found), add(one.service for one in every), add(one.experience for one in every)


def stretches_of(weeks: Iterable[WeekCount], today: date) -> list[Stretch]:
    """Cut one store's weeks that are over into stretches, each with LEAST presses of every signal that has any."""
    found: list[Stretch] = []
    begin: date | None = None
    service = experience = NO_TALLY
    for number, counts in groupby(weeks, key=lambda count: count.week):
        first = date.fromordinal(number * WEEK_DAYS + 1)
        if first + timedelta(days=WEEK_DAYS) > today:
            break
        begin = begin or (found[-1].end if found else first)
        for count in counts:
            if count.signal == "service":
                service = add([service, _tally(count)])
            else:
                experience = add([experience, _tally(count)])
        if all(not one.total or one.total >= LEAST for one in (service, experience)):
            if service.total or experience.total:
                found.append(Stretch(begin, first + timedelta(days=WEEK_DAYS), service, experience))
            begin, service, experience = None, NO_TALLY, NO_TALLY
    return found


def _recent(stretches: list[Stretch], today: date) -> list[Stretch]:
    return [one for one in stretches if one.end > today - timedelta(weeks=RECENT_WEEKS)]


def _indexes(stretches: list[Stretch], least: int) -> tuple[Index, Index]:
    return (
        index_of(add(one.service for one in stretches), least),
        index_of(add(one.experience for one in stretches), least),
    )


def _tally(count: WeekCount) -> Tally:
    total = count.positive + count.neutral + count.negative
    return Tally(count.positive, total, ClusterSums(count.clusters, count.sum_xx, count.sum_xn, count.sum_nn))
