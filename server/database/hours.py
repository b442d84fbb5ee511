"""A store's presses hour by hour, read from the roll-up of hours alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, func, select

from server.database.tables import hours, placements

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection


class HourCount(NamedTuple):
    """Counted presses of one hour (0 to 23, store-local) of one local day."""

    local_day: int
    hour: int
    positive: int
    neutral: int
    negative: int


def hour_counts(
    connection: Connection,
    store_id: int,
    from_day: int,
    to_day: int,
    question_ids: Collection[int],
    touchpoint: str | None = None,
) -> list[HourCount]:
    """A store's counted presses of some questions by day [from_day, to_day) and hour, at one touchpoint or at all."""
    keys = (hours.c.local_day, hours.c.hour)
    found = (
        select(*keys, *(func.sum(hours.c[name]) for name in ("positive", "neutral", "negative")))
        .join(placements, and_(placements.c.kiosk_id == hours.c.kiosk_id, placements.c.id == hours.c.placement_id))
        .where(placements.c.store_id == store_id, hours.c.local_day >= from_day, hours.c.local_day < to_day)
        .where(hours.c.question_id.in_(question_ids))
        .group_by(*keys)
        .order_by(*keys)
    )
    if touchpoint is not None:
        found = found.where(placements.c.touchpoint == touchpoint)
    return [HourCount._make(map(int, row)) for row in connection.execute(found)]
