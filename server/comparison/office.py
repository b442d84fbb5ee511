"""What head office's page adds to the stores' figures: eight weeks of each, the period before, and who may be called low."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import NO_INDEX, Index, Tally, index_of, tally
from server.comparison.kept_sums import kept_question_counts
from server.comparison.ranking import Ranking, rank
from server.comparison.standing import OTHER_FACES
from server.database.sums import WEEK, week_counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from server.comparison.chain import Figures
    from server.comparison.periods import Period
    from server.comparison.summary import ChainSummary
    from server.database.sums import QuestionCount, WeekCount

WEEKS = 8


@dataclass(frozen=True, slots=True)
class Week:
    """Seven full days of one store: both indexes."""

    first: date
    service: Index
    experience: Index


@dataclass(frozen=True, slots=True)
class Office:
    """Of several stores, what their figures alone do not hold.

    `weeks` are those of the stores asked for, by id, oldest first. `before` is (service, experience) of all stores together
    over the period before. While the period runs there are neither. `comparable` says that questions and faces were the same.
    """

    weeks: Mapping[int, tuple[Week, ...]]
    before: tuple[Index, Index] | None
    comparable: bool
    service: Ranking
    experience: Ranking


def office(connection: Connection, summary: ChainSummary, drawn: Sequence[Figures]) -> Office:
    """What the page of these stores adds; `drawn` are those whose weeks it shows."""
    running = summary.period.running
    rows = [] if running else _before(connection, summary)
    asked = {(row.question_id, row.faces) for row in rows if row.positive + row.neutral + row.negative}
    return Office(
        weeks={} if running else _weeks(connection, summary, drawn),
        before=None if running else _together(rows, summary),
        comparable=not running and asked == summary.asked,
        service=rank(summary.ranked_service),
        experience=rank(summary.ranked_experience),
    )


def _before(connection: Connection, summary: ChainSummary) -> list[QuestionCount]:
    found: list[QuestionCount] = []
    service_ids, experience_ids = summary.question_ids
    alike = [one for one in summary.stores if one.standing.group != OTHER_FACES] or summary.stores
    for period, store_ids in _by_period(alike).items():
        before = period.before
        span = before.first.toordinal(), before.end.toordinal()
        found += kept_question_counts(connection, store_ids, *span, service_ids | experience_ids)
    return found


def _together(rows: Sequence[QuestionCount], summary: ChainSummary) -> tuple[Index, Index]:
    """Both indexes of the period before; their presses are taken to weigh what those of this period weigh."""
    now = summary.together.service, summary.together.experience
    service, experience = (
        _weighed_like(one, tally(row for row in rows if row.question_id in ids), summary.definition.least_count)
        for one, ids in zip(now, summary.question_ids, strict=True)
    )
    return service, experience


def _weighed_like(now: Index, counted: Tally, least: int) -> Index:
    if not counted.total or not now.effective:
        return NO_INDEX
    alone = counted.positive * (counted.total - counted.positive) / counted.total
    return index_of(Tally(counted.positive, counted.total, counted.sums, now.total / now.effective * alone), least)


def _weeks(connection: Connection, summary: ChainSummary, drawn: Sequence[Figures]) -> dict[int, tuple[Week, ...]]:
    found: dict[int, tuple[Week, ...]] = {}
    for period, store_ids in _by_period(drawn).items():
        end = period.end
        rows = week_counts(connection, store_ids, end.toordinal(), WEEKS, summary.question_ids)
        cells: dict[tuple[int, int, int], WeekCount] = {(row.store_id, row.signal, row.week): row for row in rows}
        for store_id in store_ids:
            found[store_id] = tuple(
                Week(end - timedelta(days=WEEK * (back + 1)), *(_index(cells, store_id, at, back, summary) for at in (0, 1)))
                for back in reversed(range(WEEKS))
            )
    return found


def _index(
    cells: Mapping[tuple[int, int, int], WeekCount], store_id: int, signal: int, back: int, summary: ChainSummary
) -> Index:
    row = cells.get((store_id, signal, back))
    if row is None:
        return NO_INDEX
    days = ClusterSums(row.days, row.days_xx, row.days_xn, row.days_nn)
    return index_of(tally([row], days), summary.definition.least_count)


def _by_period(stores: Iterable[Figures]) -> dict[Period, list[int]]:
    found: dict[Period, list[int]] = {}
    for figures in stores:
        found.setdefault(figures.period, []).append(figures.store.id)
    return found
