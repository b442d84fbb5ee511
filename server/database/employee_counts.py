"""What employees pressed, by store, whole week and signal: no finer, because few people stand behind these presses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, func, select

from server.database.dimensions import EMPLOYEES, of_dimension
from server.database.tables import config_buttons, config_versions, days, placements, questions

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

COUNTS = ("positive", "neutral", "negative", "clusters", "sum_xx", "sum_xn", "sum_nn")
WEEK_DAYS = 7


class WeekCount(NamedTuple):
    """One store's counted presses of one signal in one week; `week` counts weeks from the Monday with ordinal 1."""

    store_id: int
    week: int
    signal: str
    positive: int
    neutral: int
    negative: int
    clusters: int
    sum_xx: int
    sum_xn: int
    sum_nn: int


def employee_weeks(connection: Connection, store_ids: Collection[int], before_day: int) -> list[WeekCount]:
    """All weeks of these stores that have employees' presses before a day (an ordinal), by store and week."""
    week = ((days.c.local_day - 1) // WEEK_DAYS).label("week")
    keys: tuple[Any, ...] = (placements.c.store_id, week, questions.c.signal)
    rows = connection.execute(
        select(*keys, *(func.sum(days.c[name]) for name in COUNTS))
        .join(placements, and_(placements.c.kiosk_id == days.c.kiosk_id, placements.c.id == days.c.placement_id))
        .join(questions, questions.c.id == days.c.question_id)
        .where(questions.c.dimension == EMPLOYEES, placements.c.store_id.in_(store_ids), days.c.local_day < before_day)
        .group_by(*keys)
        .order_by(*keys)
    )
    return [WeekCount(*row) for row in rows]


def stores_asking_employees(connection: Connection) -> set[int]:
    """The stores in which a kiosk asks or ever asked employees."""
    found = (
        select(placements.c.store_id)
        .join(config_versions, config_versions.c.placement_id == placements.c.id)
        .join(
            config_buttons,
            and_(
                config_buttons.c.kiosk_id == config_versions.c.kiosk_id, config_buttons.c.version == config_versions.c.version
            ),
        )
        .where(of_dimension(config_buttons.c.question_id, EMPLOYEES))
    )
    return set(connection.execute(found.distinct()).scalars())
