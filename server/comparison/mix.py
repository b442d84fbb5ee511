"""The chain's mix of hours: by its weights every store is compared as if its presses came when the chain's do.

The weights are the chain's presses of the eight weeks before the quarter in which a period ends, so that a store's figure
does not move because the others' hours did. A week into the quarter, when late kiosks are heard again, they are frozen. A
chain that was younger than four weeks when the quarter began takes the eight weeks up to the period's end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from server.analysis.standardise import weights_of
from server.comparison.shelf import Shelf, by_store
from server.database.engine import reading, writing
from server.database.fingerprints import fingerprints
from server.database.life import read_life
from server.database.mixes import Presses, freeze_mix, frozen_mix, presses_by_stratum
from server.database.weekends import weekends_here

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Engine

    from server.comparison.shelf import ByStore

WEEKS_8 = timedelta(weeks=8)
LEAST_BEHIND = timedelta(weeks=4)
FROZEN_AFTER = timedelta(days=7)

# Until a quarter's mix is frozen every page asks for it, and it is counted from eight weeks of all stores.
_kept: Shelf[ByStore[Presses]] = Shelf()


@dataclass(frozen=True, slots=True)
class Mix:
    """Weights of the strata (`strata.STRATA`), together 1, from the days [first, end); None where nobody pressed in them."""

    weights: tuple[float, ...] | None
    first: date
    end: date


def mix_of(connection: Connection, period_end: date) -> Mix:
    """The mix by which stores are compared over a period; `period_end` is the first day after it."""
    quarter = quarter_of(period_end - timedelta(days=1))
    frozen = frozen_mix(connection, quarter.toordinal())
    if frozen is not None:
        return _mix(frozen, quarter)
    before = _presses(connection, quarter)
    if _old_enough(before, quarter):
        return _mix(_together(before), quarter)
    return _mix(_together(_presses(connection, period_end)), period_end)


def freeze(engine: Engine, now_ms: int) -> int:
    """Keep the running quarter's mix, once it is a week old and the chain is old enough; returns how many were kept, 0 or 1."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    quarter = quarter_of(today)
    if today < quarter + FROZEN_AFTER:
        return 0
    with reading(engine) as connection:
        known = frozen_mix(connection, quarter.toordinal())
        before = None if known is not None else _presses(connection, quarter)
    if before is None or not _old_enough(before, quarter):
        return 0
    with writing(engine) as connection:
        freeze_mix(connection, quarter.toordinal(), _together(before), now_ms)
    return 1


def quarter_of(day: date) -> date:
    """The first day of the quarter in which a day lies."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _presses(connection: Connection, end: date) -> dict[int, Presses]:
    """The stores' presses of the eight weeks before a day."""
    first, last = (end - WEEKS_8).toordinal(), end.toordinal()
    now = fingerprints(connection, first, last)

    def read(store_ids: Collection[int] | None) -> dict[int, Presses]:
        return presses_by_stratum(connection, first, last, weekends_here(connection), store_ids)

    return by_store(_kept, (read_life(connection).epoch, first, last), now, read)


def _old_enough(before: dict[int, Presses], quarter: date) -> bool:
    return any(one.first_day <= (quarter - LEAST_BEHIND).toordinal() for one in before.values())


def _together(presses: dict[int, Presses]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(one.by_stratum for one in presses.values()), strict=True)))


def _mix(presses: tuple[int, ...], end: date) -> Mix:
    return Mix(tuple(weights_of(presses)) if any(presses) else None, end - WEEKS_8, end)
