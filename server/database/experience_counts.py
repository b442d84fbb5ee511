"""What was felt, by dimension: presses on questions about experience, of everybody but employees, over some days."""

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
    """One dimension's counted presses."""

    dimension: str
    positive: int
    neutral: int
    negative: int
    clusters: int
    sum_xx: int
    sum_xn: int
    sum_nn: int


def experience_counts(
    connection: Connection, store_ids: Collection[int], from_day: int, to_day: int, customers: Collection[str]
) -> list[DimensionCount]:
    """These stores' presses over the days [from_day, to_day), by dimension; of customers those on the questions named."""
    rows = connection.execute(
        select(questions.c.dimension, *(func.sum(days.c[name]) for name in COUNTS))
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .join(questions, questions.c.id == days.c.question_id)
        .where(placements.c.store_id.in_(store_ids), days.c.local_day >= from_day, days.c.local_day < to_day)
        .where(questions.c.signal == "experience", questions.c.dimension != EMPLOYEES)
        .where(or_(questions.c.dimension != CUSTOMERS, questions.c.code.in_(customers)))
        .group_by(questions.c.dimension)
        .order_by(questions.c.dimension)
    )
    return [DimensionCount._make(row) for row in rows]
