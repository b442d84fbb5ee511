"""Hours are read by store, day, question and touchpoint."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.database.engine import reading
from server.database.hours import HourCount, hour_counts


@pytest.fixture
def shops(engine):
    return Shops(engine)


def test_hours_of_two_kiosks_are_added_and_others_left_out(shops):
    store, other = shops.store("S001", "Leeds"), shops.store("S002", "York")
    exit_kiosk, checkout = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-002", "checkout")
    shops.hour(exit_kiosk, TODAY, 14, EXPERIENCE, 5, 2)
    shops.hour(exit_kiosk, TODAY, 14, EXPERIENCE, 1, 1, faces=3)
    shops.hour(checkout, TODAY, 14, EXPERIENCE, 3, 4)
    shops.hour(checkout, TODAY, 15, EXPERIENCE, 1, 0)
    shops.hour(exit_kiosk, TODAY, 14, SERVICE, 9, 9)
    shops.hour(exit_kiosk, TODAY + timedelta(days=1), 14, EXPERIENCE, 9, 9)
    shops.hour(shops.kiosk(other, "K-003"), TODAY, 14, EXPERIENCE, 9, 9)
    ids, day = [shops.questions[EXPERIENCE]], TODAY.toordinal()
    with reading(shops.engine) as connection:
        found = hour_counts(connection, store.id, day, day + 1, ids)
        alone = hour_counts(connection, store.id, day, day + 1, ids, "checkout")
        none = hour_counts(connection, store.id, day, day + 1, [])
    assert found == [HourCount(day, 14, 9, 0, 7), HourCount(day, 15, 1, 0, 0)]
    assert alone == [HourCount(day, 14, 3, 0, 4), HourCount(day, 15, 1, 0, 0)]
    assert none == []
