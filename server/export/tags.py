"""Entity tags: a program that has a closed day already is told so (304) instead of being sent it again."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from server.comparison.periods import local_today
from server.database.export_marks import last_changes
from server.database.life import read_life

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.export.wanted import Wanted

# Another number makes every tag another one: to be raised with any change of what lines look like.
LINES = 1
FIRST_DAY = date(1970, 1, 2).toordinal()


def closed_tag(connection: Connection, wanted: Wanted, now_ms: int, *what: Any) -> str:
    """A tag for the wanted days in the form that `what` says; "" while one of them is not over in one of the stores."""
    if wanted.to_day is None or not wanted.stores:
        return ""
    zones = {store.timezone for store in wanted.stores}
    today = min(local_today(zone, now_ms).toordinal() for zone in zones)
    if wanted.to_day > today:
        return ""
    from_day, to_day = (max(day, FIRST_DAY) for day in (wanted.from_day or 0, wanted.to_day))
    from_ms = min(midnight for zone in zones for midnight in _midnights(from_day, zone))
    to_ms = max(midnight for zone in zones for midnight in _midnights(to_day, zone))
    stores = [tuple(store) for store in wanted.stores]
    changes = last_changes(connection, [store.id for store in wanted.stores], from_day, to_day, from_ms, to_ms)
    life = read_life(connection).epoch
    return _digest(LINES, life, stores, from_day, to_day, wanted.raw, sorted(wanted.hidden), changes, what)


def body_tag(body: bytes) -> str:
    """A tag for an answer that is made whole before it is sent."""
    return hashlib.sha256(body).hexdigest()[:32]


def _midnights(day: int, zone: str) -> tuple[int, int]:
    """When a local day begins, in Unix milliseconds: twice where clocks go back at midnight."""
    begin = datetime.combine(date.fromordinal(day), time(), ZoneInfo(zone))
    return int(begin.timestamp() * 1000), int(begin.replace(fold=1).timestamp() * 1000)


def _digest(*facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
