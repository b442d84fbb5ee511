"""Places, hours and skills are read of the days they are for; a lens narrows what it is for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.parts import EVERYTHING, Lens, read_lens
from server.comparison.periods import parse_period
from server.comparison.summary import store_summary
from server.database.engine import reading
from server.errors import Refusal

NOON_MS = 1_795_262_400_000


@pytest.fixture
def summary(shops):
    store = shops.store("S001", "Leeds")
    exit_kiosk, checkout = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-002", "checkout")
    for back in (1, 20, 40, 60):
        day = TODAY - timedelta(days=back)
        shops.press(exit_kiosk, day, EXPERIENCE, 30, 10)
        shops.press(checkout, day, EXPERIENCE, 20, 20)
        shops.press(exit_kiosk, day, SERVICE, 35, 5)
        shops.press(exit_kiosk, day, "staff-mattered", 3, 3)
        shops.hour(exit_kiosk, day, 14, EXPERIENCE, 30, 10)
        shops.hour(checkout, day, 14, EXPERIENCE, 20, 20)
        shops.hour(exit_kiosk, day, 14, SERVICE, 35, 5)

    def read(period="7d", lens=EVERYTHING):
        with reading(shops.engine) as connection:
            return store_summary(connection, store, parse_period(period, TODAY), NOON_MS, lens)

    return read


def test_hours_are_of_eight_full_weeks_and_of_experience(summary):
    hours = summary().hours
    assert (hours.first, hours.end) == (TODAY - timedelta(days=56), TODAY)
    assert (hours.negative, hours.total, hours.questions) == (90, 240, (EXPERIENCE,))


def test_skills_are_of_four_weeks_at_least_and_hold_no_colleagues_presses(summary):
    assert summary().skills.caring.together.total == 160
    assert (summary().skills.first, summary().skills.end) == (TODAY - timedelta(days=28), TODAY)
    assert summary("13w").skills.caring.together.total == 320


def test_a_lens_narrows_the_line_and_the_hours_and_nothing_else(summary):
    whole, alone = summary(), summary(lens=Lens("checkout", EXPERIENCE))
    assert alone.figures == whole.figures
    assert alone.places == whole.places
    assert alone.line.days[-1].reactions == 40
    assert whole.line.days[-1].reactions == 120
    assert (alone.hours.negative, alone.hours.total) == (60, 120)
    service = summary(lens=Lens(None, SERVICE)).hours
    assert (service.signal, service.negative, service.total) == ("service", 15, 120)


def test_while_the_period_runs_only_counts_and_lines_are_there(summary):
    running = summary("today")
    assert (running.hours, running.skills, running.raw) == (None, None, None)
    assert len(running.line.days) == 56


def test_names_that_can_be_none_are_refused():
    assert read_lens("", None) == EVERYTHING
    for wrong in ("x" * 201, "\x07"):
        with pytest.raises(Refusal):
            read_lens(wrong, None)
        with pytest.raises(Refusal):
            read_lens(None, wrong)
