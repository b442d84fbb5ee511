"""A chain that was counted is kept as long as nothing under it changes, and not a press longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.kept_chains import MOST_KEPT, chain_of
from server.comparison.periods import parse_period
from server.database.engine import reading, writing
from server.database.figures import asked_questions
from server.survey.definitions import current, declare

YESTERDAY = TODAY - timedelta(days=1)


def read(shops, period="7d"):
    with reading(shops.engine) as connection:
        return chain_of(connection, parse_period(period, TODAY), current(connection), asked_questions(connection))


@pytest.fixture
def kiosk(shops):
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-1")
    shops.press(kiosk, YESTERDAY, SERVICE, 40, 10)
    return kiosk


def test_presses_of_today_do_not_have_the_full_days_counted_anew(shops, kiosk):
    first = read(shops)
    shops.press(kiosk, TODAY, SERVICE, 5, 5)
    assert read(shops) is first


def test_a_late_press_of_a_full_day_does(shops, kiosk):
    first = read(shops)
    shops.press(kiosk, YESTERDAY, EXPERIENCE, 1, 0)
    assert read(shops) is not first
    assert read(shops).tallies[kiosk.store_id][1].total == 1


def test_another_definition_or_period_is_another_chain(shops, kiosk):
    first = read(shops)
    assert read(shops, "4w") is not first
    with writing(shops.engine) as connection:
        declare(connection, 2_000_000_000_000, "test", target_service=0.8)
    assert read(shops) is not first


def test_what_runs_is_counted_each_time(shops, kiosk):
    assert read(shops, "today") is not read(shops, "today")


def test_only_the_last_ones_are_kept(shops, kiosk):
    first = read(shops)
    for back in range(1, MOST_KEPT + 1):
        read(shops, f"2026-11-01..2026-11-{back + 1:02}")
    assert read(shops) is not first


def test_figures_of_a_kept_chain_are_of_the_store_that_is_asked_for(shops, kiosk):
    store = shops.store("S002", "York")
    chain = read(shops)
    assert chain.figures(store).reactions == 0
    assert chain.figures(store._replace(name="New York")).store.name == "New York"
