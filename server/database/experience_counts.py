"""What was felt, by store and dimension: presses on questions about experience, of everybody but employees."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select

from server.database.dimensions import CUSTOMERS, EMPLOYEES
from server.database.figures import placed
from server.database.tables import days, placements, questions

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

COUNTS = ("positive", "neutral", "negative", "clusters", "sum_xx", "sum_xn", "sum_nn")


class DimensionCount(NamedTuple):
    """One dimension's counted presses in one store; the last four are its days as clusters (analysis.clustering)."""

    store_id: int
    dimension: str
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


def experience_counts(
    connection: Connection, store_ids: Collection[int], from_day: int, to_day: int, customers: Collection[str]
) -> list[DimensionCount]:
    """These stores' presses over the days [from_day, to_day), by store and dimension; of customers on the questions named."""
    total = days.c.positive + days.c.neutral + days.c.negative
    cells = (
        select(
            placements.c.store_id,
            questions.c.dimension,
            *(func.sum(days.c[name]).label(name) for name in COUNTS),
            func.sum(total).label("n"),
        )
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .join(questions, questions.c.id == days.c.question_id)
        .where(placements.c.store_id.in_(store_ids), days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(questions.c.signal == "experience", questions.c.dimension != EMPLOYEES)
        .where(or_(questions.c.dimension != CUSTOMERS, questions.c.code.in_(customers)))
        .group_by(placements.c.store_id, questions.c.dimension, days.c.local_day)
        .having(func.sum(total) > 0)
        .subquery()
    )
    x, n, keys = cells.c.positive, cells.c.n, (cells.c.store_id, cells.c.dimension)
    moments = (func.count(), func.sum(x * x), func.sum(x * n), func.sum(n * n))
    rows = connection.execute(
        select(*keys, *(func.sum(cells.c[name]) for name in COUNTS), *moments).group_by(*keys).order_by(*keys)
    )
    return [DimensionCount(row[0], row[1], *map(int, row[2:])) for row in rows]
