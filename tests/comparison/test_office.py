"""What head office's page adds of each store and of all: its weeks are as sure as the store's own page over those days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.office import office
from server.comparison.periods import parse_period
from server.comparison.summary import chain_summary, store_summary
from server.database.engine import reading

NOON_MS = 1_795_262_400_000


@pytest.fixture
def store(shops):
    """Good and bad days in turn, over five weeks."""
    store = shops.store("S001", "Leeds")
    kiosk = shops.kiosk(store, "K-001")
    for back in range(1, 36):
        day = TODAY - timedelta(days=back)
        shops.press(kiosk, day, EXPERIENCE, *((40, 0) if back % 2 else (16, 24)))
        shops.press(kiosk, day, SERVICE, 30, 10)
    return store


def added(shops, store, period="7d"):
    with reading(shops.engine) as connection:
        summary = chain_summary(connection, [store], period, NOON_MS)
        return summary, office(connection, summary, summary.stores)


def test_a_week_is_as_sure_as_the_stores_own_page_over_its_days(shops, store):
    _, found = added(shops, store)
    weeks = found.weeks[store.id]
    assert [week.first for week in weeks] == [TODAY - timedelta(days=7 * back) for back in range(8, 0, -1)]
    with reading(shops.engine) as connection:
        page = store_summary(connection, store, parse_period("7d", TODAY), NOON_MS).figures
    assert (weeks[-1].service, weeks[-1].experience) == (page.service, page.experience)
    assert weeks[-1].experience.effective < 0.5 * weeks[-1].experience.total
    assert [week.experience.withheld for week in weeks[:3]] == ["none"] * 3


def test_the_period_before_is_told_where_questions_and_faces_were_the_same(shops, store):
    summary, found = added(shops, store)
    assert found.comparable
    assert [index.total for index in found.before] == [280, 280]
    assert (summary.together.experience.total, found.before[0].value) == (280, 75)


def test_while_the_period_runs_there_are_neither_weeks_nor_a_period_before(shops, store):
    _, found = added(shops, store, "today")
    assert (found.weeks, found.before, found.comparable) == ({}, None, False)
