"""What head office looks at first is counted before somebody looks, and counted anew where something changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY
from sqlalchemy import event

from server.access.scope import every_store
from server.comparison.ahead import NAMED, count_ahead
from server.comparison.summary import chain_summary
from server.database.engine import reading

NOON_MS = 1_795_262_400_000


@pytest.fixture
def sums(shops):
    """How often all stores' days were summed up."""
    found = []

    def note(_connection, _cursor, statement, *_rest):
        if "sum(days.uncertain)" in statement:
            found.append(statement)

    event.listen(shops.engine, "before_cursor_execute", note)
    yield found
    event.remove(shops.engine, "before_cursor_execute", note)


def look(shops, period):
    with reading(shops.engine) as connection:
        return chain_summary(connection, every_store(connection), period, NOON_MS)


def test_who_looks_finds_it_counted_and_a_late_press_counts(shops, sums):
    kiosks = [shops.kiosk(shops.store(f"S00{at}", "Store"), f"K-{at}") for at in range(5)]
    for kiosk in kiosks:
        shops.press(kiosk, TODAY - timedelta(days=2), SERVICE, 40, 10)
    count_ahead(shops.engine, NOON_MS)
    assert len(sums) == len(NAMED)
    for period in NAMED:
        assert look(shops, period).together.service.total == 250
    assert len(sums) == len(NAMED)
    shops.press(kiosks[0], TODAY - timedelta(days=1), EXPERIENCE, 30, 5)
    count_ahead(shops.engine, NOON_MS)
    assert len(sums) == 2 * len(NAMED)
    assert look(shops, "7d").together.experience.total == 35
    assert len(sums) == 2 * len(NAMED)


def test_a_chain_without_a_store_has_nothing_to_count(shops):
    count_ahead(shops.engine, NOON_MS)
