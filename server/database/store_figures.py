"""All stores' presses over some days in three statements, each built once: counts, days as clusters, visits."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, case, func, literal, literal_column, select

from server.analysis.clustering import ClusterSums
from server.analysis.tallies import BAND_COLUMNS
from server.database.dimensions import outside
from server.database.figures import COUNTS, placed, within
from server.database.tables import days, placements, stores, visit_days

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Connection, Select

CELLS = ("both", "service_only", "experience_only", "neither")


class StoreCount(NamedTuple):
    """One store's presses of one question over some days, those of its weekends (1) apart from the others (0).

    The parts of the day hold counted presses whose hour is known, and the positive ones of them.
    """

    store_id: int
    question_id: int
    faces: int
    positive: int
    neutral: int
    negative: int
    marked: int
    uncertain: int
    clusters: int
    sum_xx: int
    sum_xn: int
    sum_nn: int
    weekend: int = 0
    morning_counted: int = 0
    morning_positive: int = 0
    afternoon_counted: int = 0
    afternoon_positive: int = 0
    evening_counted: int = 0
    evening_positive: int = 0


class Weekend(NamedTuple):
    """On which weekdays (0 is Monday), one after the other, it is weekend in these territories; none means all others."""

    weekdays: tuple[int, ...]
    territories: tuple[str, ...]


class VisitCount(NamedTuple):
    """How often one passer-by answered both questions at a store, by the two answers."""

    store_id: int
    both: int
    service_only: int
    experience_only: int
    neither: int


def store_counts(
    connection: Connection,
    from_day: int,
    to_day: int,
    weekends: Sequence[Weekend] = (),
    store_ids: Collection[int] | None = None,
) -> list[StoreCount]:
    """Every store's presses over the days [from_day, to_day), by question, faces and weekend; or of these stores alone.

    Employees' are not among them.
    """
    asked = _asked(from_day, to_day, store_ids)
    return [
        StoreCount._make(row) for row in connection.execute(_counts(tuple(weekends), some=store_ids is not None), asked).all()
    ]


def day_clusters(
    connection: Connection,
    from_day: int,
    to_day: int,
    signals: tuple[Collection[int], Collection[int]],
    store_ids: Collection[int] | None = None,
) -> dict[int, tuple[ClusterSums, ClusterSums]]:
    """Days [from_day, to_day) as clusters of presses about each of two sets of questions, by store: of all, or of these."""
    asked = _asked(from_day, to_day, store_ids, signals) | {"both": [*signals[0], *signals[1]]}
    rows = connection.execute(_clusters(some=store_ids is not None), asked).all()
    return {store: (ClusterSums(*map(int, sums[:4])), ClusterSums(*map(int, sums[4:]))) for store, *sums in rows}


def visit_counts(
    connection: Connection,
    from_day: int,
    to_day: int,
    signals: tuple[Collection[int], Collection[int]],
    store_ids: Collection[int] | None = None,
) -> list[VisitCount]:
    """Visits over the days [from_day, to_day) that answered one of each of two sets of questions: every store's, or these'."""
    asked = _asked(from_day, to_day, store_ids, signals)
    return [VisitCount._make(row) for row in connection.execute(_visits(some=store_ids is not None), asked).all()]


def weekend_of_days(weekends: Sequence[Weekend]) -> ColumnElement[int]:
    """1 on the days that are weekend where a placement's store stands, else 0."""
    weekday = (days.c.local_day + 6) % 7  # the first day of all, 1 January of year 1, was a Monday
    on = {one.territories: case((weekday.between(one.weekdays[0], one.weekdays[-1]), 1), else_=0) for one in weekends}
    usual = on.pop((), literal(0))
    named = [(placements.c.store_id.in_(_standing_in(territories)), found) for territories, found in on.items()]
    return case(*named, else_=usual) if named else usual


def _standing_in(territories: Collection[str]) -> Select[*tuple[Any, ...]]:
    return select(stores.c.id).where(stores.c.territory.in_(territories))


def _asked(
    from_day: int,
    to_day: int,
    store_ids: Collection[int] | None,
    signals: tuple[Collection[int], Collection[int]] | None = None,
) -> dict[str, Any]:
    """The values of a statement's parameters."""
    found: dict[str, Any] = {"from_day": from_day, "to_day": to_day}
    if store_ids is not None:
        found["store_ids"] = list(store_ids)
    if signals is not None:
        found |= {"service": list(signals[0]), "experience": list(signals[1])}
    return found


def _of(found: Select[*tuple[Any, ...]], *, some: bool) -> Select[*tuple[Any, ...]]:
    return found.where(placements.c.store_id.in_(_several("store_ids"))) if some else found


def _several(name: str) -> Any:
    return bindparam(name, expanding=True)


# Building a statement anew takes longer than reading a store's month.
@cache
def _counts(weekends: tuple[Weekend, ...], some: bool) -> Select[*tuple[Any, ...]]:
    keys = (placements.c.store_id, days.c.question_id, days.c.faces)
    sums = [func.sum(days.c[name]) for name in (*COUNTS, *BAND_COLUMNS)]
    found = (
        select(*keys, *sums[: len(COUNTS)], weekend_of_days(weekends).label("weekend"), *sums[len(COUNTS) :])
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(within(days.c.local_day), outside(days.c.question_id))
        # By its name: PostgreSQL takes the same words with other parameters for something else.
        .group_by(*keys, literal_column("weekend"))
        .order_by(*keys, literal_column("weekend"))
    )
    return _of(found, some=some)


@cache
def _clusters(some: bool) -> Select[*tuple[Any, ...]]:
    total = days.c.positive + days.c.neutral + days.c.negative
    parts = [
        func.sum(column).filter(days.c.question_id.in_(_several(ids))).label(f"{name}_{ids}")
        for ids in ("service", "experience")
        for name, column in (("x", days.c.positive), ("n", total))
    ]
    found = (
        select(placements.c.store_id, *parts)
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .where(within(days.c.local_day), days.c.question_id.in_(_several("both")))
        .group_by(placements.c.store_id, days.c.local_day)
    )
    one = _of(found, some=some).subquery().c
    sums = [of for ids in ("service", "experience") for of in _sums_of_clusters(one[f"x_{ids}"], one[f"n_{ids}"])]
    return select(one.store_id, *sums).group_by(one.store_id)


def _sums_of_clusters(x: ColumnElement[int], n: ColumnElement[int]) -> tuple[ColumnElement[int], ...]:
    """What `ClusterSums` holds of clusters with x positive of n presses; those without a press are none."""
    return func.count(case((n > 0, 1))), *(func.coalesce(func.sum(column), 0) for column in (x * x, x * n, n * n))


@cache
def _visits(some: bool) -> Select[*tuple[Any, ...]]:
    store_id, table = placements.c.store_id, visit_days.c
    found = (
        select(store_id, *(func.sum(table[name]) for name in CELLS))
        .join(placements, placed(table.kiosk_id, table.placement_id))
        .where(within(table.local_day), table.service_id.in_(_several("service")))
        .where(table.experience_id.in_(_several("experience")))
        .group_by(store_id)
        .order_by(store_id)
    )
    return _of(found, some=some)
