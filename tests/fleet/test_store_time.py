"""How long ago something was: open time where a store's hours are known, all time elsewhere."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from server.analysis.opening import Doors, Opening
from server.analysis.opening_text import read_week
from server.fleet.store_time import StoreTime

WARSAW = ZoneInfo("Europe/Warsaw")
HOUR_MS = 3_600_000
SHOP = Opening(WARSAW, read_week("mon-sat 09:00-20:00"), {})


def at(text: str) -> int:
    return round(1000 * datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=WARSAW).timestamp())


def test_all_time_counts_where_the_hours_are_not_known() -> None:
    time = StoreTime(None, at("23T09:10"))
    assert time.since(at("21T19:30")) == at("23T09:10") - at("21T19:30")
    assert time.doors is None
    assert not time.closed


def test_a_night_and_a_sunday_do_not_count() -> None:
    time = StoreTime(SHOP, at("23T09:10"))
    assert time.since(at("21T19:30")) == HOUR_MS // 2 + HOUR_MS // 6
    assert time.since(at("22T15:00")) == HOUR_MS // 6
    assert not time.closed


def test_a_closed_store_says_until_when() -> None:
    time = StoreTime(SHOP, at("22T15:00"))
    assert time.closed
    assert time.doors == Doors(False, at("21T20:00"), at("23T09:00"))
    assert time.since(at("21T20:00")) == 0


def test_what_was_long_ago_is_counted_for_some_weeks_only() -> None:
    now = at("21T12:00")
    assert StoreTime(SHOP, now).since(0) == StoreTime(SHOP, now).since(now - 300 * 24 * HOUR_MS)
    assert StoreTime(SHOP, now).since(0) > 24 * 11 * HOUR_MS
