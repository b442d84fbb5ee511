"""On which days it is weekend where a store stands, so that Fridays in Cairo are compared with Saturdays in Leeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from server.database.store_figures import Weekend
from server.database.tables import stores

if TYPE_CHECKING:
    from sqlalchemy import Connection

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

# Of the Unicode CLDR, supplemental data, weekData (release 46); the last is that of the rest of the world.
WEEKENDS = (
    Weekend((FRIDAY,), ("IR",)),
    Weekend((THURSDAY, FRIDAY), ("AF",)),
    Weekend(
        (FRIDAY, SATURDAY),
        ("BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"),
    ),
    Weekend((SUNDAY,), ("IN", "UG")),
    Weekend((SATURDAY, SUNDAY), ()),
)


def weekends_here(connection: Connection) -> tuple[Weekend, ...]:
    """Those that a store of the chain has, and the usual one: a statement asks about each of them in every row."""
    territories = set(connection.execute(select(stores.c.territory).distinct()).scalars())
    return tuple(one for one in WEEKENDS if not one.territories or territories.intersection(one.territories))
