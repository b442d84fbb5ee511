"""How many presses rushes set aside, read from the roll-up: where so many were, somebody should look at the kiosk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from server.database.codes import ASIDE
from server.database.dimensions import outside
from server.database.figures import placed
from server.database.tables import placements, set_aside

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Connection, Select


def rushed_places(connection: Connection, store_id: int, from_day: int, to_day: int) -> dict[tuple[str, int], int]:
    """A store's presses set aside by rushes over the days [from_day, to_day), by touchpoint and question."""
    found = _rushed((placements.c.touchpoint, set_aside.c.question_id), from_day, to_day)
    rows = connection.execute(found.where(placements.c.store_id == store_id))
    return {(touchpoint, question): int(count) for touchpoint, question, count in rows}


def rushed_stores(
    connection: Connection, from_day: int, to_day: int, store_ids: Collection[int] | None = None
) -> dict[int, int]:
    """Presses set aside by rushes over the days [from_day, to_day), by store: of all, or of these; without employees'."""
    found = _rushed((placements.c.store_id,), from_day, to_day)
    rows = connection.execute(found if store_ids is None else found.where(placements.c.store_id.in_(store_ids)))
    return {store: int(count) for store, count in rows}


def _rushed(keys: tuple[ColumnElement[Any], ...], from_day: int, to_day: int) -> Select[Any]:
    # Whatever the face: a rush is told from the pace alone, and so is what it set aside.
    pressed = set_aside.c.positive + set_aside.c.neutral + set_aside.c.negative
    return (
        select(*keys, func.sum(pressed))
        .join(placements, placed(set_aside.c.kiosk_id, set_aside.c.placement_id))
        .where(set_aside.c.local_day >= from_day, set_aside.c.local_day < to_day, set_aside.c.reason == ASIDE["rush"])
        .where(outside(set_aside.c.question_id))
        .group_by(*keys)
    )
