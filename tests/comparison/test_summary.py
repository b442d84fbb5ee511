"""One summary holds all that a page, a program and a file say of a store or of a chain."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.periods import parse_period
from server.comparison.summary import chain_summary, store_summary
from server.database.engine import reading, writing
from server.survey.definitions import declare

NOON_MS = 1_795_262_400_000
DAY = TODAY - timedelta(days=2)


def summary_of(shops, store, period="7d"):
    with reading(shops.engine) as connection:
        return store_summary(connection, store, parse_period(period, TODAY), NOON_MS)


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds")


@pytest.fixture
def kiosk(shops, store):
    return shops.kiosk(store, "K-001", heard_ms=NOON_MS)


def test_a_period_holds_its_first_day_and_not_today(shops, store, kiosk):
    for back, count in ((0, 1), (1, 10), (7, 100), (8, 1000)):
        shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, count, 0)
    summary = summary_of(shops, store)
    assert summary.figures.service.total == 110
    assert summary.before.service.total == 1000
    assert summary_of(shops, store, "today").figures.service.total == 1


def test_eight_weeks_are_drawn_up_to_the_periods_end_also_empty_ones(shops, store, kiosk):
    shops.press(kiosk, DAY, SERVICE, 30, 10, marked=2)
    days = summary_of(shops, store).line.days
    assert [days[0].day, days[-1].day, len(days)] == [date(2026, 9, 26), date(2026, 11, 20), 56]
    assert [(day.service.total, day.reactions) for day in days if day.reactions] == [(40, 42)]
    assert summary_of(shops, store, "today").line.days[-1].running


def test_visits_make_the_gap_paired(shops, store, kiosk):
    shops.press(kiosk, DAY, SERVICE, 45, 15)
    shops.press(kiosk, DAY, EXPERIENCE, 30, 30)
    shops.visits(kiosk, DAY, 25, 20, 5, 10)
    gap = summary_of(shops, store).figures.gap
    assert (gap.method, gap.pairs) == ("paired", 60)


def test_places_stand_weakest_first_with_the_other_stores_beside(shops, store, kiosk):
    fitting = shops.kiosk(store, "K-002", "Fitting room")
    shops.press(kiosk, DAY, EXPERIENCE, 60, 40, marked=50)
    shops.press(fitting, DAY, EXPERIENCE, 30, 70)
    shops.press(fitting, DAY, SERVICE, 5, 0)
    shops.press(kiosk, DAY, SERVICE, 80, 20)
    for number in (3, 4, 5):
        shops.press(shops.kiosk(shops.store(f"S00{number}", "York"), f"K-00{number}"), DAY, EXPERIENCE, 90, 10)
    places = summary_of(shops, store).places
    assert [(place.signal, place.touchpoint) for place in places] == [
        ("experience", "Fitting room"),
        ("experience", "exit"),
        ("service", "exit"),
        ("service", "Fitting room"),
    ]
    assert places[1].others.value == 90
    assert places[1].marked == 50
    assert places[0].texts["en"]["question"] == "Did you feel welcome?"
    assert places[2].others.value is None  # nobody else asks about service


def test_what_runs_has_no_ranges_and_closed_days_beside_it_do(shops, store, kiosk):
    for back in (0, 1):
        shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, 40, 10)
    summary = summary_of(shops, store, "2026-11-15..2026-11-30")
    assert [(day.day, day.service.low is None) for day in summary.line.days[-2:]] == [
        (TODAY - timedelta(days=1), False),
        (TODAY, True),
    ]
    assert [place.index.low for place in summary.places] == [None]
    assert summary.places[0].index.value == 80


def test_the_definitions_least_count_holds_for_days_places_and_all_together(shops, store, kiosk):
    shops.press(kiosk, DAY, SERVICE, 40, 10)
    with writing(shops.engine) as connection:
        declare(connection, NOON_MS - 1, "test", least_count=60)
    with reading(shops.engine) as connection:
        summary = store_summary(connection, store, parse_period("2026-11-15..2026-11-22", TODAY), NOON_MS)
        chain = chain_summary(connection, [store], "2026-11-15..2026-11-22", NOON_MS)
    day = next(day for day in summary.line.days if day.reactions)
    assert day.service.withheld == summary.places[0].index.withheld == chain.together.service.withheld == "too-few"


def test_all_together_run_without_ranges(shops, store, kiosk):
    shops.press(kiosk, TODAY, SERVICE, 40, 10)
    shops.press(kiosk, TODAY, EXPERIENCE, 20, 30)
    with reading(shops.engine) as connection:
        together = chain_summary(connection, [store], "today", NOON_MS).together
    assert (together.service.value, together.service.low, together.gap.points) == (80, None, None)


def test_another_number_of_faces_breaks_the_comparison_on_its_day(shops, store, kiosk):
    shops.press(kiosk, TODAY - timedelta(days=10), EXPERIENCE, 60, 40)
    shops.press(kiosk, TODAY - timedelta(days=4), EXPERIENCE, 60, 40)
    assert summary_of(shops, store).incomparable_since is None
    shops.press(kiosk, TODAY - timedelta(days=3), EXPERIENCE, 60, 40, faces=3)
    assert summary_of(shops, store).incomparable_since == TODAY - timedelta(days=3)


def test_a_summary_can_not_be_changed(shops, store):
    with pytest.raises(FrozenInstanceError):
        summary_of(shops, store).made_up = True


def test_made_up_chains_say_so(shops, store):
    assert not summary_of(shops, store).made_up
    shops.made_up()
    assert summary_of(shops, store).made_up


def test_each_store_of_a_chain_is_summed_in_its_own_days(shops):
    # At 20:00 UTC it is Sunday in Tehran and still Saturday in London.
    evening_ms = 1_795_291_200_000 + 3_600_000
    london, kolkata = shops.store("S001", "London"), shops.store("S002", "Kolkata", zone="Asia/Kolkata", territory="IN")
    for number, store in enumerate((london, kolkata)):
        shops.press(shops.kiosk(store, f"K-{number}"), TODAY, SERVICE, 40, 10)
    with reading(shops.engine) as connection:
        chain = chain_summary(connection, [london, kolkata], "7d", evening_ms)
        none = chain_summary(connection, [], "7d", evening_ms)
    assert [figures.service.total for figures in chain.stores] == [0, 50]
    assert chain.together.service.total == 50
    assert none.stores == ()
    assert none.together.service.withheld == "none"


def test_the_chain_is_what_its_stores_are(shops):
    stores = [shops.store(f"S00{n}", f"Store {n}") for n in (1, 2)]
    for number, store in enumerate(stores):
        shops.press(shops.kiosk(store, f"K-{number}"), DAY, SERVICE, 40 + number, 10)
    with reading(shops.engine) as connection:
        chain = chain_summary(connection, stores, "7d", NOON_MS)
        alone = [store_summary(connection, store, parse_period("7d", TODAY), NOON_MS).figures for store in stores]
    assert list(chain.stores) == alone
    assert chain.together.service.positive == 81
