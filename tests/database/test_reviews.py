"""A run is kept once; what is known of it follows until somebody has judged it, and stores hear of their own alone."""

from __future__ import annotations

import pytest
from shops import EXPERIENCE, Shops

from server.analysis.opening_text import read_week
from server.database.engine import writing
from server.database.opening import set_week
from server.database.reviews import (
    EXCLUDED,
    KEPT,
    OPEN,
    Found,
    keep_review,
    review_of_id,
    reviews_of_kiosk,
    reviews_of_stores,
    save_decision,
    stands_since,
)


@pytest.fixture
def shops(engine):
    return Shops(engine)


def found(shops, kiosk, **facts):
    place = (kiosk.id, kiosk.placement_id, shops.questions[EXPERIENCE])
    return Found(*place, 739_000, "closing", "positive", 1_000, 2_000, 40, 40, 40, 0.4, 0.8, 5)._replace(**facts)


def test_a_run_that_nobody_has_judged_follows_and_one_that_somebody_has_does_not(shops):
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-001")
    with writing(shops.engine) as connection:
        keep_review(connection, found(shops, kiosk))
        keep_review(connection, found(shops, kiosk, presses=45, found_ms=9))
        (row,) = reviews_of_kiosk(connection, kiosk.id, 739_000)
        assert (row.run.presses, row.run.found_ms, row.decision, row.kiosk, row.touchpoint) == (45, 5, OPEN, "K-001", "exit")
        save_decision(connection, row.id, EXCLUDED, "office@demo.example", 77, 41, 40, 40)
        keep_review(connection, found(shops, kiosk, presses=50))
        row = review_of_id(connection, row.id)
        assert row is not None
        assert (row.run.presses, row.decision, row.decided_by, row.decided_ms) == (41, EXCLUDED, "office@demo.example", 77)
        assert reviews_of_kiosk(connection, kiosk.id, 739_001) == []


def test_stores_hear_of_their_own_runs_by_decision_the_newest_day_first(shops):
    one = shops.kiosk(shops.store("S001", "Leeds"), "K-001")
    other = shops.kiosk(shops.store("S002", "York"), "K-002")
    with writing(shops.engine) as connection:
        for kiosk, day in ((one, 1), (one, 3), (other, 2)):
            keep_review(connection, found(shops, kiosk, local_day=739_000 + day))
        save_decision(connection, 1, KEPT, "x", 1, 40, 40, 40)
        assert [row.id for row in reviews_of_stores(connection, None, (OPEN, KEPT))] == [2, 3, 1]
        assert [row.id for row in reviews_of_stores(connection, [one.store_id], (OPEN,))] == [2]
        assert [row.id for row in reviews_of_stores(connection, None, (OPEN, KEPT), 2)] == [2, 3]
        assert reviews_of_stores(connection, [], (OPEN, KEPT)) == []


def test_only_stores_whose_hours_are_known_are_looked_at(shops):
    one = shops.kiosk(shops.store("S001", "Leeds"), "K-001")
    shops.kiosk(shops.store("S002", "York"), "K-002")
    with writing(shops.engine) as connection:
        set_week(connection, one.store_id, read_week("mon-sun 09:00-20:00"))
        assert [stand.kiosk_id for stand in stands_since(connection, 0)] == [one.id]
