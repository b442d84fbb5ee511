"""Stores' opening hours and special days: keeping them, and reading them as analysis.opening understands them."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.opening import Opening, Span
from server.database.driver import marks, run
from server.database.local_time import zone_named

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection

    from server.analysis.opening import Spans, Week

# Where stores are named one by one; above it nearly all are asked for anyway.
MOST_NAMED = 1_000


class SpecialDay(NamedTuple):
    """A day (proleptic ordinal) on which a store has other hours, or none, and what people call it."""

    day: int
    spans: Spans
    name: str


def week_of(connection: Connection, store_id: int) -> Week | None:
    """A store's week; None where it is not known."""
    text = run(connection, "SELECT opening FROM stores WHERE id = ?", (store_id,)).scalar_one()
    return _week(text) if text else None


def set_week(connection: Connection, store_id: int, week: Week | None) -> None:
    """Keep a store's week; None is that it is not known any more.

    Usual pauses count open time, so what was worked out under other hours is forgotten.
    """
    text = "" if week is None else json.dumps(week)
    run(connection, "UPDATE stores SET opening = ? WHERE id = ?", (text, store_id))
    run(
        connection,
        "UPDATE kiosk_states SET usual_pause_ms = NULL, pause_known_ms = 0 WHERE kiosk_id IN"
        " (SELECT kiosk_id FROM placements WHERE store_id = ? AND until_ms IS NULL)",
        (store_id,),
    )


def set_special_day(connection: Connection, store_id: int, special: SpecialDay) -> None:
    """Keep a special day, in place of what was kept for that day."""
    run(
        connection,
        "INSERT INTO special_days (store_id, local_day, opening, name) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (store_id, local_day) DO UPDATE SET opening = excluded.opening, name = excluded.name",
        (store_id, special.day, json.dumps(special.spans), special.name),
    )


def drop_special_day(connection: Connection, store_id: int, day: int) -> bool:
    """Forget a special day; whether there was one."""
    dropped = run(connection, "DELETE FROM special_days WHERE store_id = ? AND local_day = ?", (store_id, day))
    return dropped.rowcount == 1


def special_days_of(connection: Connection, store_id: int) -> list[SpecialDay]:
    """A store's special days, in their order."""
    rows = run(
        connection,
        "SELECT local_day, opening, name FROM special_days WHERE store_id = ? ORDER BY local_day",
        (store_id,),
    )
    return [SpecialDay(day, _spans(text), name) for day, text, name in rows]


def openings(connection: Connection, store_ids: Collection[int] | None = None) -> dict[int, Opening]:
    """The hours of these stores (None is all), without those whose week is not known."""
    named = _named(store_ids)
    if named == ():
        return {}
    where = "" if named is None else f" AND id IN ({marks(len(named))})"
    rows = run(connection, f"SELECT id, timezone, opening FROM stores WHERE opening <> ''{where}", named or ()).all()  # noqa: S608
    if not rows:
        return {}
    special = _special(connection, [row[0] for row in rows])
    return {store_id: Opening(zone_named(zone), _week(text), special[store_id]) for store_id, zone, text in rows}


def times_of_placement(connection: Connection, placement_id: int) -> tuple[str, Opening | None]:
    """The time zone of a placement's store, and its hours; None where its week is not known."""
    store_id, zone, text = run(
        connection,
        "SELECT s.id, s.timezone, s.opening FROM placements p JOIN stores s ON s.id = p.store_id WHERE p.id = ?",
        (placement_id,),
    ).one()
    special = _special(connection, [store_id])[store_id] if text else {}
    return zone, Opening(zone_named(zone), _week(text), special) if text else None


def _special(connection: Connection, store_ids: Sequence[int]) -> defaultdict[int, dict[int, Spans]]:
    named = _named(store_ids)
    where = "" if named is None else f" WHERE store_id IN ({marks(len(named))})"
    found: defaultdict[int, dict[int, Spans]] = defaultdict(dict)
    rows = run(connection, f"SELECT store_id, local_day, opening FROM special_days{where}", named or ())  # noqa: S608
    for store_id, day, text in rows:
        found[store_id][day] = _spans(text)
    return found


def _named(store_ids: Collection[int] | None) -> tuple[int, ...] | None:
    return None if store_ids is None or len(store_ids) > MOST_NAMED else tuple(store_ids)


@lru_cache(maxsize=5_000)
def _week(text: str) -> Week:
    return tuple(_pairs(spans) for spans in json.loads(text))


@lru_cache(maxsize=5_000)
def _spans(text: str) -> Spans:
    return _pairs(json.loads(text))


def _pairs(spans: Sequence[Sequence[int]]) -> Spans:
    return tuple(Span(opens, closes) for opens, closes in spans)
