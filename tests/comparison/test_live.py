"""Now: today's counts, what still waits on kiosks, and who is silent."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from shops import EXPERIENCE, MADE_MS, SERVICE, TODAY

from server.analysis.opening_text import read_week
from server.comparison.live import pulse_of
from server.comparison.periods import parse_period
from server.comparison.summary import store_summary
from server.database.definitions import add_definition
from server.database.engine import reading, writing
from server.database.opening import set_week
from server.fleet.configuration import make_config
from server.fleet.kiosks import move

NOON_MS = 1_795_262_400_000
QUARTER_MS = 15 * 60_000


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds")


def today_of(shops, store):
    with reading(shops.engine) as connection:
        return store_summary(connection, store, parse_period("7d", TODAY), NOON_MS).today


def test_todays_presses_are_counted_apart_from_the_period(shops, store):
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    shops.press(kiosk, TODAY, SERVICE, 7, 2, marked=3)
    shops.press(kiosk, TODAY, EXPERIENCE, 4, 1, uncertain=2)
    shops.press(kiosk, TODAY - timedelta(days=1), SERVICE, 50, 50)
    today = today_of(shops, store)
    assert (today.reactions, today.counted, today.service, today.experience) == (19, 14, 9, 5)


def test_todays_presses_add_up(shops, store):
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    shops.press(kiosk, TODAY, SERVICE, 7, 2, marked=3)
    shops.press(kiosk, TODAY, EXPERIENCE, 4, 1, uncertain=2)
    shops.press(kiosk, TODAY, "found-easily", 1, 1)
    body = json.dumps({"service": [SERVICE], "experience": [EXPERIENCE]})
    with writing(shops.engine) as connection:
        add_definition(connection, 2, body, MADE_MS, made_by="office@demo.example")
    today = today_of(shops, store)
    assert (today.other, today.marked, today.uncertain) == (2, 3, 2)
    assert today.service + today.experience + today.other + today.marked + today.uncertain == today.reactions == 21


@pytest.mark.parametrize("period", ["7d", "2026-12-01..2026-12-08", "2020-01-01..2020-02-01", "2026-11-15..2026-11-30"])
def test_now_is_today_whatever_period_is_asked_for(shops, store, period):
    shops.press(shops.kiosk(store, "K-001"), TODAY, SERVICE, 7, 2)
    with reading(shops.engine) as connection:
        assert store_summary(connection, store, parse_period(period, TODAY), NOON_MS).today.reactions == 9


def test_what_kiosks_say_still_waits_is_expected(shops, store):
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    shops.press(kiosk, TODAY, SERVICE, 7, 2)
    shops.totals(kiosk, thanked=120, known=100)
    today = today_of(shops, store)
    assert (today.received, today.expected, today.complete) == (9, 29, False)


def test_everything_known_and_heard_is_complete(shops, store):
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    shops.totals(kiosk, thanked=100, known=100)
    assert today_of(shops, store).complete


def test_a_kiosk_is_silent_after_a_quarter_of_an_hour_or_when_never_heard(shops, store):
    shops.kiosk(store, "K-001", heard_ms=NOON_MS - QUARTER_MS)
    shops.kiosk(store, "K-002", heard_ms=NOON_MS - QUARTER_MS - 1)
    shops.kiosk(store, "K-003", heard_ms=None)
    assert [(kiosk.kiosk, kiosk.silent) for kiosk in today_of(shops, store).kiosks] == [
        ("K-001", False),
        ("K-002", True),
        ("K-003", True),
    ]


def test_a_closed_store_misses_no_kiosk(shops, store):
    shops.kiosk(store, "K-001", heard_ms=NOON_MS - QUARTER_MS - 1)
    shops.kiosk(store, "K-002", heard_ms=NOON_MS)
    for week, missed in (("mon-fri 09:00-20:00", [False, False]), ("mon-sat 09:00-20:00", [True, False])):
        with writing(shops.engine) as connection:
            set_week(connection, store.id, read_week(week))
        kiosks = today_of(shops, store).kiosks
        assert [kiosk.missed for kiosk in kiosks] == missed
        assert [kiosk.silent for kiosk in kiosks] == [True, False]


def test_the_pulse_grows_with_arrivals_of_ones_own_stores_alone(shops, store):
    other = shops.store("S002", "York")
    shops.totals(shops.kiosk(store, "K-001"), thanked=5, known=5)
    shops.totals(shops.kiosk(other, "K-002"), thanked=7, known=7)
    with reading(shops.engine) as connection:
        assert pulse_of(connection, [store]) == 5
        assert pulse_of(connection, [store, other]) == 12
        assert pulse_of(connection, []) == 0


def asking(shops, store, code, question):
    """A kiosk that asks one question."""
    kiosk = shops.kiosk(store, code, heard_ms=NOON_MS)
    with writing(shops.engine) as connection:
        make_config(connection, kiosk.id, kiosk.placement_id, "two", [question], MADE_MS)
    return kiosk


def test_what_waits_on_an_employees_kiosk_is_counted_nowhere(shops, store):
    shops.totals(asking(shops, store, "K-009", "staff-mattered"), thanked=12, known=5)
    today = today_of(shops, store)
    assert (today.received, today.expected, [kiosk.waiting for kiosk in today.kiosks]) == (0, 0, [None])


def test_neither_employees_nor_another_stores_presses_move_the_pulse(shops, store):
    other = shops.store("S002", "York")
    shops.totals(asking(shops, store, "K-009", "staff-mattered"), thanked=12, known=5)
    moved = asking(shops, store, "K-001", EXPERIENCE)
    shops.totals(moved, thanked=7, known=7)
    with reading(shops.engine) as connection:
        assert pulse_of(connection, [store]) == 7
    with writing(shops.engine) as connection:
        move(connection, "K-001", "S002", NOON_MS)
    with reading(shops.engine) as connection:
        assert (pulse_of(connection, [store]), pulse_of(connection, [other])) == (0, 7)
