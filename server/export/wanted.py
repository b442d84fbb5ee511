"""What one export is asked for, read from the address's parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from server.access.people import ROLES_WITH_STORES, Person
from server.access.scope import StoreRef, hidden_dimensions, visible_store, visible_stores
from server.database.dimensions import ALL_BUT_EMPLOYEES
from server.errors import wrong_parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from server.access.tokens import ExportToken


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: of these stores (`every` says they are all there are), of local days [from_day, to_day) as ordinals.

    `raw` leaves texts as they are, also those a spreadsheet would run. `hidden` dimensions are in no export of single rows.
    """

    stores: Sequence[StoreRef]
    every: bool
    from_day: int | None = None
    to_day: int | None = None
    raw: bool = False
    hidden: frozenset[str] = ALL_BUT_EMPLOYEES

    def period(self, name: str) -> str:
        """The days as a period's text, or `name` where none were asked for.

        Raises 400 when only one of the two days is there: figures need both.
        """
        if self.from_day is None and self.to_day is None:
            return name
        if self.from_day is None or self.to_day is None:
            raise wrong_parameter("to" if self.to_day is None else "from", "is missing; figures need both days, or a period")
        return f"{date.fromordinal(self.from_day)}..{date.fromordinal(self.to_day)}"


def read_wanted(
    connection: Connection, asker: ExportToken | Person, codes: Sequence[str], first: str, end: str, *, raw: bool = False
) -> Wanted:
    """What the asker may have of what was asked for; no codes ask for all of their stores.

    Raises 404 for a store outside the asker's scope, 400 for a day that is none.
    """
    if codes:
        stores = tuple({code: visible_store(connection, asker, code) for code in codes}.values())
    else:
        stores = visible_stores(connection, asker)
    from_day, to_day = _day("from", first), _day("to", end)
    if from_day is not None and to_day is not None and to_day < from_day:
        raise wrong_parameter("to", "must not be before from; it is the first day after those wanted")
    everywhere = asker.role not in ROLES_WITH_STORES if isinstance(asker, Person) else asker.all_stores
    return Wanted(stores, everywhere and not codes, from_day, to_day, raw, hidden_dimensions(asker))


def flag(name: str, text: str) -> bool:
    """A parameter that is 1 or 0; left out is 0. Raises 400 for anything else."""
    if text not in {"", "0", "1"}:
        raise wrong_parameter(name, "must be 1 or 0")
    return text == "1"


def _day(name: str, text: str) -> int | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise wrong_parameter(name, "must be a day like 2026-11-21") from error
