"""Late is what came in days after it was pressed, in the store's own days, for as long as is asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from shops import Shops

from server.database.engine import reading
from server.database.late import LatePresses, late_presses

DAY_MS = 86_400_000


def at(day: int, hour: int = 12) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp() * 1000)


def ordinal(day: int) -> int:
    return datetime(2026, 11, day, tzinfo=UTC).date().toordinal()


@pytest.fixture
def shops(engine):
    return Shops(engine)


def late(shops, store, since):
    with reading(shops.engine) as connection:
        return late_presses(connection, store.id, store.timezone, since)


def test_a_backlog_is_told_with_its_days_and_what_came_soon_is_not(shops):
    store = shops.store("S001", "Leeds")
    kiosk, well = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-002", "checkout")
    shops.react(kiosk, 3, at(9), at(18))
    shops.react(kiosk, 2, at(12), at(18))
    # The next morning is usual: some stores cut the power at closing time.
    shops.react(kiosk, 4, at(17, 19), at(18, 9))
    shops.react(well, 5, at(18), at(18))
    shops.react(kiosk, 6, at(9), at(18), question_id=shops.questions["staff-mattered"])
    assert late(shops, store, at(14)) == [LatePresses("K-001", 5, ordinal(9), ordinal(12))]
    # A week later nobody is told any more.
    assert late(shops, store, at(19)) == []


def test_presses_of_another_store_are_told_there(shops):
    leeds, york = shops.store("S001", "Leeds"), shops.store("S002", "York")
    kiosk, other = shops.kiosk(leeds, "K-001"), shops.kiosk(york, "K-002")
    shops.react(kiosk, 3, at(9), at(18), placement_id=other.placement_id)
    assert late(shops, leeds, at(14)) == []


def test_days_are_the_stores_own(shops):
    kolkata = shops.store("S001", "Kolkata", zone="Asia/Kolkata", territory="IN")
    kiosk = shops.kiosk(kolkata, "K-001")
    # 20:00 UTC is already the next day there.
    shops.react(kiosk, 1, at(10, 20), at(13))
    assert late(shops, kolkata, at(12)) == [LatePresses("K-001", 1, ordinal(11), ordinal(11))]
