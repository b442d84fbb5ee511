"""Several stores' presses added up, for a page of all stores: by week for small lines, and over the period before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import case, func, literal_column, select

from server.database.figures import placed
from server.database.tables import days, placements

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select

WEEK = 7
SUMS = ("positive", "neutral", "negative", "clusters", "sum_xx", "sum_xn", "sum_nn")
# Of how many rows these are sums, and how often they were written.
WRITTEN = (func.count(), func.sum(days.c.writes))


class WeekCount(NamedTuple):
    """One store's presses about service (0) or experience (1) in one week; week 0 is the last one.

    The last four are its days as clusters, as analysis.clustering sums them.
    """

    store_id: int
    signal: int
    week: int
    positive: int
    neutral: int
    negative: int
    clusters: int
    sum_xx: int
    sum_xn: int
    sum_nn: int
    days: int
    days_xx: int
    days_xn: int
    days_nn: int


class QuestionCount(NamedTuple):
    """Some stores' counted presses of one question with one number of faces."""

    question_id: int
    faces: int
    positive: int
    neutral: int
    negative: int
    clusters: int
    sum_xx: int
    sum_xn: int
    sum_nn: int
    rows: int
    writes: int


class DailyCount(NamedTuple):
    """One store's counted presses of one question on one day."""

    store_id: int
    local_day: int
    question_id: int
    positive: int
    total: int


def daily_counts(
    connection: Connection, store_ids: Collection[int], local_days: Collection[int], question_ids: Collection[int]
) -> list[DailyCount]:
    """These stores' counted presses on each of these days, by question."""
    total = days.c.positive + days.c.neutral + days.c.negative
    keys = (placements.c.store_id, days.c.local_day, days.c.question_id)
    rows = connection.execute(
        select(*keys, func.sum(days.c.positive), func.sum(total))
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(placements.c.store_id.in_(store_ids), days.c.local_day.in_(local_days), days.c.question_id.in_(question_ids))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [DailyCount._make(row) for row in rows]


def week_counts(
    connection: Connection,
    store_ids: Collection[int],
    end_day: int,
    weeks: int,
    signals: tuple[Collection[int], Collection[int]],
) -> list[WeekCount]:
    """These stores' presses of the weeks before `end_day` (which is not among them) about each of two sets of questions."""
    week = (end_day - 1 - days.c.local_day) // WEEK
    signal = case((days.c.question_id.in_(signals[1]), 1), else_=0)
    total = days.c.positive + days.c.neutral + days.c.negative
    cells = (
        select(
            placements.c.store_id,
            signal.label("signal"),
            week.label("week"),
            *(func.sum(days.c[name]).label(name) for name in SUMS),
            func.sum(total).label("n"),
        )
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(placements.c.store_id.in_(store_ids))
        .where(days.c.local_day >= end_day - WEEK * weeks, days.c.local_day < end_day)
        .where(days.c.question_id.in_({*signals[0], *signals[1]}))
        .group_by(placements.c.store_id, literal_column("signal"), literal_column("week"), days.c.local_day)
        .subquery()
    )
    x, n, keys = cells.c.positive, cells.c.n, (cells.c.store_id, cells.c.signal, cells.c.week)
    pressed = func.sum(case((n > 0, 1), else_=0))
    moments = (pressed, func.sum(x * x), func.sum(x * n), func.sum(n * n))
    rows = connection.execute(select(*keys, *(func.sum(cells.c[name]) for name in SUMS), *moments).group_by(*keys))
    return [WeekCount._make(map(int, row)) for row in rows]


def question_counts(
    connection: Connection, store_ids: Collection[int], from_day: int, to_day: int, question_ids: Collection[int]
) -> list[QuestionCount]:
    """These stores' counted presses together over the days [from_day, to_day), by question (of these) and faces."""
    keys = (days.c.question_id, days.c.faces)
    sums = (func.sum(days.c[name]) for name in SUMS)
    found = _of_stores(select(*keys, *sums, *WRITTEN), store_ids, from_day, to_day, question_ids)
    return [QuestionCount._make(row) for row in connection.execute(found.group_by(*keys).order_by(*keys))]


def question_writes(
    connection: Connection, store_ids: Collection[int], from_day: int, to_day: int, question_ids: Collection[int]
) -> tuple[int, int]:
    """How many rows those are, and how often they were written: as long as both stay, so do the counts (fingerprints)."""
    found = connection.execute(_of_stores(select(*WRITTEN), store_ids, from_day, to_day, question_ids)).one()
    return found[0], found[1] or 0


def _of_stores(
    found: Select[*tuple[Any, ...]], store_ids: Collection[int], from_day: int, to_day: int, question_ids: Collection[int]
) -> Select[*tuple[Any, ...]]:
    return (
        found.select_from(days)
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(placements.c.store_id.in_(store_ids), days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(days.c.question_id.in_(question_ids))
    )
