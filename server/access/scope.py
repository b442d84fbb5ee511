"""The one place that says which stores, and whose presses, somebody may see; what is outside answers as if it did not exist."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from server.access.people import ROLES_WITH_STORES, Person
from server.database import stores as rows
from server.database.dimensions import ALL_BUT_EMPLOYEES
from server.errors import not_found

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from server.access.tokens import ExportToken


class StoreRef(NamedTuple):
    """A store that the asker may see. `languages`: the store's own first; `territory` is "" when not known."""

    id: int
    code: str
    name: str
    region: str
    timezone: str
    languages: tuple[str, ...]
    territory: str


def visible_stores(connection: Connection, asker: Person | ExportToken) -> tuple[StoreRef, ...]:
    """The stores the asker may see, by code: their own for manager and region, a token's own, all for the others."""
    if isinstance(asker, Person):
        bound = asker.role in ROLES_WITH_STORES
        found = rows.stores_of_user(connection, asker.id) if bound else rows.all_stores(connection)
    else:
        found = rows.all_stores(connection) if asker.all_stores else rows.stores_of_token(connection, asker.id)
    return tuple(_ref(row) for row in found)


def every_store(connection: Connection) -> tuple[StoreRef, ...]:
    """All stores, by code: for work that is done for nobody and shown to nobody."""
    return tuple(_ref(row) for row in rows.all_stores(connection))


def visible_store(connection: Connection, asker: Person | ExportToken, code: str) -> StoreRef:
    """The store of that code; raises the 404 refusal when there is none that the asker may see."""
    found = next((store for store in visible_stores(connection, asker) if store.code == code), None)
    if found is None:
        raise not_found()
    return found


def hidden_dimensions(asker: Person | ExportToken) -> frozenset[str]:
    """The dimensions of which nobody gets a row: employees' (EX), unless a token has the `employees` scope."""
    return frozenset() if not isinstance(asker, Person) and asker.employees else ALL_BUT_EMPLOYEES


def _ref(row: Row[Any]) -> StoreRef:
    languages = tuple(json.loads(row.languages))
    return StoreRef(row.id, row.code, row.name, row.region, row.timezone, languages, row.territory)
