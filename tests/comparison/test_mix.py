"""The weights are the chain's hours of the eight weeks before a quarter, and stay as they were."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from shops import EXPERIENCE, SERVICE

from server.comparison.mix import freeze, mix_of, quarter_of
from server.database.engine import reading

OCTOBER = date(2026, 10, 1)
DAY_MS = 86_400_000


def ms(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_MS


def read(shops, end: date):
    with reading(shops.engine) as connection:
        return mix_of(connection, end)


@pytest.fixture
def kiosk(shops):
    return shops.kiosk(shops.store("S001", "Leeds"), "K-1")


def press(shops, kiosk, day: date, **bands: int) -> None:
    shops.press(kiosk, day, SERVICE, sum(bands.values()), 0, **{f"{band}_counted": n for band, n in bands.items()})


@pytest.mark.parametrize(
    ("day", "first"),
    [(date(2026, 1, 1), date(2026, 1, 1)), (date(2026, 3, 31), date(2026, 1, 1)), (date(2026, 11, 21), OCTOBER)],
)
def test_a_quarter_begins_in_january_april_july_or_october(day, first):
    assert quarter_of(day) == first


def test_weights_are_of_the_eight_weeks_before_the_quarter_and_of_nothing_else(shops, kiosk):
    press(shops, kiosk, date(2026, 8, 5), evening=1000)  # a day too early
    press(shops, kiosk, date(2026, 8, 6), morning=10)  # a Thursday
    press(shops, kiosk, date(2026, 9, 5), afternoon=30)  # a Saturday
    press(shops, kiosk, OCTOBER, evening=1000)
    shops.press(kiosk, date(2026, 9, 7), "staff-mattered", 500, 0, morning_counted=500)  # colleagues are not customers
    found = read(shops, date(2026, 11, 21))
    assert found.weights == (0.25, 0, 0, 0, 0.75, 0)
    assert (found.first, found.end) == (date(2026, 8, 6), OCTOBER)


def test_a_young_chain_takes_the_eight_weeks_up_to_the_periods_end(shops, kiosk):
    press(shops, kiosk, OCTOBER - timedelta(days=20), morning=10)
    press(shops, kiosk, date(2026, 11, 2), evening=10)
    found = read(shops, date(2026, 11, 3))
    assert found.weights == (0.5, 0, 0.5, 0, 0, 0)
    assert found.end == date(2026, 11, 3)


def test_nobody_pressed_is_no_mix(shops, kiosk):
    shops.press(kiosk, date(2026, 9, 5), EXPERIENCE, 4, 4)
    assert read(shops, date(2026, 11, 3)).weights is None


def test_it_is_frozen_a_week_into_the_quarter_and_late_presses_do_not_move_it(shops, kiosk):
    press(shops, kiosk, date(2026, 8, 6), morning=10)
    assert freeze(shops.engine, ms(OCTOBER + timedelta(days=6))) == 0
    assert freeze(shops.engine, ms(OCTOBER + timedelta(days=7))) == 1
    assert freeze(shops.engine, ms(OCTOBER + timedelta(days=8))) == 0
    press(shops, kiosk, date(2026, 9, 10), evening=90)
    assert read(shops, date(2026, 11, 3)).weights == (1, 0, 0, 0, 0, 0)


def test_a_young_chains_mix_is_not_frozen(shops, kiosk):
    press(shops, kiosk, OCTOBER - timedelta(days=20), morning=10)
    assert freeze(shops.engine, ms(OCTOBER + timedelta(days=30))) == 0
