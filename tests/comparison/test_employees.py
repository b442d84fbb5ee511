"""Employees' presses: apart from everybody else's, and told only of stretches of weeks that hold enough of them."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.employees import LEAST, employee_figures, employees_together, stretches_of
from server.comparison.periods import parse_period
from server.comparison.summary import chain_summary, store_summary
from server.database.employee_counts import WeekCount
from server.database.engine import reading

NOON_MS = 1_795_262_400_000
MATTERED, HAD_NEEDED = "staff-mattered", "staff-had-needed"
MONDAY = date(2026, 9, 7)


def week(back: int) -> date:
    """The Wednesday of the week that ended `back` weeks before the present one."""
    return date(2026, 11, 11) - timedelta(weeks=back)


def count(number: int, signal: str, total: int) -> WeekCount:
    return WeekCount(1, (MONDAY.toordinal() - 1) // 7 + number, signal, total, 0, 0, total, total, total, total)


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds")


def figures(shops, store):
    with reading(shops.engine) as connection:
        return employee_figures(connection, store, NOON_MS)


def test_nine_presses_are_not_told_and_the_tenth_tells_all(shops, store):
    room = shops.kiosk(store, "K-009", "staff room")
    shops.press(room, week(3), MATTERED, 5, 4)
    found = figures(shops, store)
    assert (found.stretches, found.service.total, found.experience.total, found.open_since) == ((), 0, 0, None)
    shops.press(room, week(2), MATTERED, 1, 0)
    found = figures(shops, store)
    assert (found.experience.positive, found.experience.total) == (6, 10)
    (stretch,) = found.stretches
    assert (stretch.first, stretch.end) == (date(2026, 10, 19), date(2026, 11, 2))
    assert found.open_since == stretch.end


def test_the_present_week_is_never_told(shops, store):
    shops.press(shops.kiosk(store, "K-009", "staff room"), TODAY, MATTERED, 40, 4)
    assert figures(shops, store).stretches == ()


def test_a_signal_that_was_pressed_too_little_keeps_its_stretch_open():
    today = MONDAY + timedelta(weeks=9)
    weeks = [count(0, "experience", 30), count(0, "service", 9), count(1, "experience", 4), count(2, "service", 1)]
    (one,) = stretches_of(weeks, today)
    assert (one.first, one.end) == (MONDAY, MONDAY + timedelta(weeks=3))
    assert (one.service.total, one.experience.total) == (10, 34)
    assert stretches_of(weeks[:3], today) == []


def test_every_difference_of_two_figures_holds_enough_presses():
    today = MONDAY + timedelta(weeks=60)
    weeks = [count(number, "experience", 1 + number * 7 % 6) for number in range(50)]
    found = stretches_of(weeks, today)
    assert len(found) > 10
    assert all(one.experience.total >= LEAST for one in found)
    assert all(one.end == other.first for one, other in pairwise(found))


def test_a_store_with_too_few_is_in_no_total(shops, store):
    other = shops.store("S002", "York")
    shops.press(shops.kiosk(store, "K-008", "staff room"), week(1), MATTERED, 8, 4)
    shops.press(shops.kiosk(other, "K-009", "staff room"), week(1), MATTERED, 1, 3)
    with reading(shops.engine) as connection:
        stores, service, experience = employees_together(connection, [store, other], NOON_MS)
    assert (stores, service.total, experience.positive, experience.total) == (1, 0, 8, 12)


def test_what_is_older_than_a_quarter_is_told_but_not_summed_up(shops, store):
    shops.press(shops.kiosk(store, "K-009", "staff room"), week(30), MATTERED, 20, 20)
    found = figures(shops, store)
    assert len(found.stretches) == 1
    assert (found.first, found.experience.total) == (None, 0)


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=2)])
def test_customers_figures_hold_no_press_of_an_employee(shops, store, day):
    customers, room = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-009", "exit")
    shops.press(customers, day, SERVICE, 30, 10, marked=2, uncertain=1)
    shops.press(customers, day, EXPERIENCE, 20, 20)

    def all_figures():
        with reading(shops.engine) as connection:
            period = parse_period("today" if day == TODAY else "7d", TODAY)
            return store_summary(connection, store, period, NOON_MS), chain_summary(connection, [store], "7d", NOON_MS)

    before = all_figures()
    assert before[0].figures.reactions == 83
    shops.press(room, day, MATTERED, 11, 3, marked=5, uncertain=2)
    shops.press(room, day, HAD_NEEDED, 12, 3)
    assert all_figures() == before
