"""When the chain's presses come: counted from the days, and frozen for a quarter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from server.analysis.tallies import BANDS
from server.database.figures import placed
from server.database.store_figures import weekend_of_days
from server.database.tables import days, mixes, placements, questions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from server.database.store_figures import Weekend

CUSTOMERS = "CX"


class Presses(NamedTuple):
    """Counted presses by weekend (last three) or not and part of the day; the first day that has any."""

    by_stratum: tuple[int, ...]
    first_day: int


def presses_by_stratum(
    connection: Connection,
    from_day: int,
    to_day: int,
    weekends: Sequence[Weekend],
    store_ids: Collection[int] | None = None,
) -> dict[int, Presses]:
    """Each store's presses on customers' questions over the days [from_day, to_day): every store's, or those of these alone."""
    weekend = weekend_of_days(weekends)
    counted = [days.c[f"{band}_counted"] for band in BANDS]
    sums = [func.sum(column) for column in counted] + [func.sum(column * weekend) for column in counted]
    found = (
        select(placements.c.store_id, func.min(days.c.local_day), *sums)
        .select_from(days)
        .join(placements, placed(days.c.kiosk_id, days.c.placement_id))
        .join(questions, questions.c.id == days.c.question_id)
        .where(days.c.local_day >= from_day, days.c.local_day < to_day, questions.c.dimension == CUSTOMERS)
        .group_by(placements.c.store_id)
    )
    if store_ids is not None:
        found = found.where(placements.c.store_id.in_(store_ids))
    return {store: Presses(_strata(*sums), first_day) for store, first_day, *sums in connection.execute(found).all()}


def _strata(*sums: int) -> tuple[int, ...]:
    """Those of weekdays and then those of weekends, from those of all days and then those of weekends."""
    every, weekends = sums[: len(BANDS)], sums[len(BANDS) :]
    return (*(all_of - less for all_of, less in zip(every, weekends, strict=True)), *weekends)


def frozen_mix(connection: Connection, quarter_day: int) -> tuple[int, ...] | None:
    """The presses by stratum that were frozen for the quarter that begins on this day, or None."""
    body = connection.execute(select(mixes.c.body).where(mixes.c.quarter_day == quarter_day)).scalar_one_or_none()
    return None if body is None else tuple(json.loads(body))


def freeze_mix(connection: Connection, quarter_day: int, presses: Sequence[int], now_ms: int) -> None:
    """Keep a quarter's mix; the database refuses a second one."""
    connection.execute(mixes.insert().values(quarter_day=quarter_day, body=json.dumps(list(presses)), made_ms=now_ms))
