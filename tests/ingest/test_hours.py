"""What is pressed while the store is closed is stored and set aside, where its time and the store's hours are known."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from server.analysis.opening_text import read_spans, read_week
from server.database import tables
from server.database.codes import ASIDE, REASONS
from server.database.engine import writing
from server.database.opening import SpecialDay, set_special_day, set_week

WARSAW = ZoneInfo("Europe/Warsaw")
MINUTE_MS = 60_000
OUT = REASONS["out-of-hours"]


def at(text: str) -> int:
    return round(1000 * datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=WARSAW).timestamp())


def open_at(house: Any, week: str = "mon-sat 09:00-20:00") -> None:
    with writing(house.engine) as connection:
        set_week(connection, 1, read_week(week))


def press_at(kiosk: Any, midnight: str, clock: str, button: str = "served-happy", **facts: Any) -> list[Any]:
    return kiosk.press(at(f"{midnight}T{clock}") - at(f"{midnight}T00:00"), button, **facts)


def sync(house: Any, kiosk: Any, day: str, clocks: list[Any], first_seq: int = 1, **fields: Any) -> None:
    """A kiosk that was switched on at midnight sends its day late in the evening."""
    house.clock.set(at(f"{day}T23:50"))
    presses = [press_at(kiosk, day, clock) if isinstance(clock, str) else clock for clock in clocks]
    sent_ms = at(f"{day}T23:50") - at(f"{day}T00:00")
    kiosk.sync(presses, first_seq, sent_ms=sent_ms, **fields)


def reasons(house: Any) -> list[int]:
    return [row.reason for row in house.rows(tables.reactions)]


CLOCKS = ["08:29", "08:31", "12:00", "20:29", "20:31"]


def test_by_more_than_half_an_hour_outside_does_not_count_and_is_kept(house: Any) -> None:
    open_at(house)
    sync(house, house.enrol(), "21", CLOCKS)
    assert reasons(house) == [OUT, 0, 0, 0, OUT]
    assert [row.counted for row in house.rows(tables.reactions)] == [False, True, True, True, False]
    assert (house.total(tables.days, "positive"), house.total(tables.days, "marked")) == (3, 2)
    assert [(row.reason, row.positive) for row in house.rows(tables.set_aside)] == [(ASIDE["out-of-hours"], 2)]
    assert house.wrong_figures() == []


def test_a_store_whose_hours_are_not_known_is_never_judged_by_them(house: Any, kiosk: Any) -> None:
    with writing(house.engine) as connection:
        set_special_day(connection, 1, SpecialDay(date(2026, 11, 21).toordinal(), (), ""))
    sync(house, kiosk, "21", CLOCKS)
    assert reasons(house) == [0] * 5


def test_a_special_day_is_judged_by_its_own_hours(house: Any, kiosk: Any) -> None:
    open_at(house)
    with writing(house.engine) as connection:
        set_special_day(connection, 1, SpecialDay(date(2026, 11, 21).toordinal(), read_spans("10:00-14:00"), ""))
    sync(house, kiosk, "21", ["08:31", "12:00", "14:29", "15:00"])
    assert reasons(house) == [OUT, 0, 0, OUT]


def test_a_wall_clock_hours_ahead_makes_nothing_out_of_hours(house: Any, kiosk: Any) -> None:
    open_at(house)
    ahead = 11_520_000
    facts = [press_at(kiosk, "21", clock, wall_ms=at(f"21T{clock}") + ahead) for clock in ("09:10", "13:00", "19:50")]
    sync(house, kiosk, "21", facts)
    assert reasons(house) == [0, 0, 0]


def test_a_time_that_is_only_bounded_or_unknown_is_not_judged(house: Any, kiosk: Any) -> None:
    open_at(house, "mon-fri 09:00-20:00")
    late = press_at(kiosk, "21", "12:00", boot=2)
    sync(house, kiosk, "21", ["12:00", late], boots=[["boot-one", 1], ["boot-two", 2]])
    assert reasons(house) == [OUT, 0]
    assert house.rows(tables.reactions)[1].time_quality == 3


def test_what_employees_are_asked_is_not_judged_by_opening_hours(house: Any, kiosk: Any) -> None:
    open_at(house)
    with writing(house.engine) as connection:
        connection.execute(update(tables.questions).where(tables.questions.c.code == "served").values(dimension="EX"))
    sync(house, kiosk, "21", [press_at(kiosk, "21", "22:00"), press_at(kiosk, "21", "22:10", "welcome-happy")])
    assert reasons(house) == [0, OUT]


@pytest.mark.parametrize("face", ["served-happy", "served-unhappy"])
def test_every_face_is_judged_alike(house: Any, kiosk: Any, face: str) -> None:
    open_at(house)
    sync(house, kiosk, "21", [press_at(kiosk, "21", clock, face) for clock in CLOCKS])
    assert reasons(house) == [OUT, 0, 0, 0, OUT]


def test_a_rush_and_a_mash_stay_what_they_are_also_out_of_hours_and_in_whatever_pieces_they_come(house: Any) -> None:
    open_at(house)
    second_ms = at("21T22:00") - at("21T00:00")
    found = []
    for number, size in ((1, 40), (2, 7)):
        kiosk = house.enrol(f"sha256:number-{number}")
        presses = [
            kiosk.press(second_ms + 5_000 * place, "served-unhappy", mark="rate" if place >= 20 else "vote")
            for place in range(30)
        ]
        presses += [
            kiosk.press(second_ms + 900_000, "served-happy"),
            kiosk.press(second_ms + 900_200, "served-unhappy", mark="mash"),
        ]
        house.clock.set(at("21T23:50"))
        for first in range(0, len(presses), size):
            part = presses[first : first + size]
            kiosk.sync(
                part, first + 1, stream=f"{number:032x}", sent_ms=at("21T23:50") - at("21T00:00"), boots=[[f"b{number}", 1]]
            )
        rows = [row for row in house.rows(tables.reactions) if row.kiosk_id == number]
        found.append([row.reason for row in rows])
    assert found[0] == found[1]
    assert found[0] == [*[REASONS["burst"]] * 20, *[0] * 10, REASONS["mash"], 0]
    assert house.wrong_figures() == []
