"""A press is judged by opening hours again when its time becomes surer, and when the hours are put right."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from kiosk_shop import Shop, press
from sqlalchemy import select

from server.analysis.opening_text import read_week
from server.database import tables
from server.database.codes import ASIDE, REASONS
from server.database.engine import reading, writing
from server.database.opening import SpecialDay, set_special_day, set_week
from server.fleet.hours import judge_again
from server.fleet.retiming import retime

WARSAW = ZoneInfo("Europe/Warsaw")
OUT = REASONS["out-of-hours"]
HOUR_MS = 3_600_000
SATURDAY = date(2026, 11, 21)


def at(text: str) -> int:
    return round(1000 * datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=WARSAW).timestamp())


def opens(shop: Shop, week: str | None) -> None:
    with writing(shop.engine) as connection:
        set_week(connection, 1, None if week is None else read_week(week))


def store(shop: Shop) -> Any:
    with reading(shop.engine) as connection:
        return connection.execute(select(tables.stores)).one()


def reasons(shop: Shop) -> list[int]:
    return [row.reason for row in shop.rows(tables.reactions)]


def aside(shop: Shop) -> int:
    return sum(row.positive + row.negative for row in shop.rows(tables.set_aside) if row.reason == ASIDE["out-of-hours"])


def test_a_press_of_a_boot_that_never_met_the_server_is_judged_when_its_time_is_known(shop: Shop, clock: Any) -> None:
    opens(shop, "mon-sat 09:00-20:00")
    clock.set(at("21T23:00"))
    # Boot 2 ran for four hours between two that are known: its presses are sure to a few minutes only later.
    offline = [press(1_000, 2), press(1_500, 2, "welcome-happy", visit=1), press(4 * HOUR_MS - 1_000, 2)]
    shop.sync(offline, 1, (3, 60_000), lengths={2: 4 * HOUR_MS})
    assert reasons(shop) == [0, 0, 0]
    end_ms = clock.now_ms() - 60_000
    shop.sync([], 4, (3, 61_000), anchors=[(1, HOUR_MS, end_ms - 4 * HOUR_MS - 1_000, 50)], lengths={1: HOUR_MS})
    shop.sync([], 4, (2, 4 * HOUR_MS), anchors=[(2, 5_000, end_ms - 4 * HOUR_MS + 5_000, 50)])
    assert retime(shop.engine, clock.now_ms()) == 3
    # 18:59 is within hours, 22:58 is not.
    assert reasons(shop) == [0, 0, OUT]
    assert [row.both for row in shop.rows(tables.visit_days)] == [1]
    assert aside(shop) == 1
    assert [(row.seq, row.what) for row in shop.rows(tables.revisions)] == [
        *((seq, "time") for seq in (1, 2, 3)),
        (3, "counted"),
    ]
    assert shop.agrees()


def test_a_press_that_was_taken_for_one_out_of_hours_counts_once_its_time_is_surer(shop: Shop, clock: Any) -> None:
    opens(shop, "mon-sat 09:00-20:00")
    clock.set(at("21T21:00"))
    # The request was on its way for half an hour and some: it seems pressed at 20:40.
    shop.sync([press(60_000), press(60_900, 1, "welcome-happy", visit=1)], 1, (1, 60_000 + 20 * 60_000))
    assert reasons(shop) == [OUT, OUT]
    assert shop.rows(tables.visit_days) == []
    shop.sync([], 3, (1, 60_000 + 21 * 60_000), anchors=[(1, 61_000, at("21T20:05"), 100)])
    assert retime(shop.engine, clock.now_ms()) == 2
    assert reasons(shop) == [0, 0]
    assert [row.both for row in shop.rows(tables.visit_days)] == [1]
    assert aside(shop) == 0
    assert shop.agrees()


def test_hours_that_are_put_right_judge_chosen_days_anew_and_back(shop: Shop, clock: Any) -> None:
    elapsed = [HOUR_MS * hours for hours in (1, 10, 21, 25, 34, 45)]
    clock.set(at("22T23:00"))
    shop.sync([press(one) for one in elapsed], 1, (1, 47 * HOUR_MS))
    opens(shop, "mon-sun 09:00-20:00")
    assert judge_again(shop.engine, store(shop), SATURDAY, SATURDAY, 5) == 2
    assert reasons(shop) == [OUT, 0, OUT, 0, 0, 0]
    assert [(row.seq, row.what, row.at_ms) for row in shop.rows(tables.revisions)] == [(1, "counted", 5), (3, "counted", 5)]
    assert judge_again(shop.engine, store(shop), SATURDAY, date(2026, 11, 30), 6) == 2
    assert aside(shop) == 4
    assert shop.agrees()
    assert judge_again(shop.engine, store(shop), SATURDAY, date(2026, 11, 30), 7) == 0
    with writing(shop.engine) as connection:
        set_special_day(connection, 1, SpecialDay(SATURDAY.toordinal(), (), "Strike"))
    assert judge_again(shop.engine, store(shop), SATURDAY, SATURDAY, 8) == 1
    assert shop.agrees()
    opens(shop, None)
    assert judge_again(shop.engine, store(shop), SATURDAY, date(2026, 11, 30), 9) == 5
    assert (reasons(shop), aside(shop)) == ([0] * 6, 0)
    assert shop.agrees()


def test_judging_anew_leaves_other_reasons_as_they_are(shop: Shop, clock: Any) -> None:
    clock.set(at("21T23:00"))
    mashed = [press(HOUR_MS), press(HOUR_MS + 200, 1, "served-unhappy")._replace(mark="mash")]
    shop.sync(mashed, 1, (1, 23 * HOUR_MS))
    opens(shop, "mon-sun 09:00-20:00")
    assert judge_again(shop.engine, store(shop), SATURDAY, SATURDAY, 5) == 0
    assert reasons(shop) == [REASONS["mash"], 0]
