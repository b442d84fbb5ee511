"""A period's roll-ups in a few numbers of each store: as long as they stay, so does everything that is counted from them.

Reading them costs a tenth of counting all stores' figures anew. A press of today does not change those of full days, and a late
press changes those of its own store alone.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from server.database.figures import placed, within
from server.database.tables import days, placements, set_aside, stores, visit_days

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select, Table


class Fingerprint(NamedTuple):
    """Of each roll-up how many rows a store has and how often they were written; and the territory that names its weekend.

    Rows are never deleted, and each change of one counts as a write of it, so no two states of a store have the same numbers in
    one life of the database (`life.epoch`).
    """

    days: tuple[int, int]
    visits: tuple[int, int]
    aside: tuple[int, int]
    territory: str


NOTHING = (0, 0)


def fingerprints(connection: Connection, from_day: int, to_day: int) -> dict[int, Fingerprint]:
    """Those of every store over the days [from_day, to_day), by its id, in the ids' order."""
    pressed, visited, aside = (_writes(connection, table, from_day, to_day) for table in (days, visit_days, set_aside))
    where = connection.execute(select(stores.c.id, stores.c.territory).order_by(stores.c.id))
    return {
        store: Fingerprint(pressed.get(store, NOTHING), visited.get(store, NOTHING), aside.get(store, NOTHING), territory)
        for store, territory in where
    }


def _writes(connection: Connection, table: Table, from_day: int, to_day: int) -> dict[int, tuple[int, int]]:
    """Rows and writes by store."""
    found = connection.execute(_rows_and_writes(table), {"from_day": from_day, "to_day": to_day}).all()
    return {store: (rows, writes) for store, rows, writes in found}


@cache
def _rows_and_writes(table: Table) -> Select[*tuple[Any, ...]]:
    return (
        select(placements.c.store_id, func.count(), func.sum(table.c.writes))
        .select_from(table)
        .join(placements, placed(table.c.kiosk_id, table.c.placement_id))
        .where(within(table.c.local_day))
        .group_by(placements.c.store_id)
    )
