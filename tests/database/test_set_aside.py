"""What does not count is told by rule, in the store's own days, and found by an index of its own."""

from __future__ import annotations

import pytest
from shops import EXPERIENCE, SERVICE, Shops
from sqlalchemy import text

from server.database.codes import MARKS, REASONS
from server.database.engine import make_engine, reading, writing
from server.database.life import begin_life
from server.database.set_aside import SetAside, set_aside
from server.database.tables import metadata

NOON_MS = 1_795_262_400_000
HOUR_MS = 3_600_000


@pytest.fixture(params=["sqlite", "postgresql"])
def shops(request):
    if request.param == "sqlite":
        yield Shops(request.getfixturevalue("engine"))
        return
    engine = make_engine(request.getfixturevalue("postgres_url"))
    metadata.create_all(engine)
    with writing(engine) as connection:
        begin_life(connection)
    yield Shops(engine)
    engine.dispose()


def test_each_rule_is_counted_with_its_happy_ones(shops):
    store = shops.store("S001", "Leeds")
    kiosk, elsewhere = shops.kiosk(store, "K-001"), shops.kiosk(shops.store("S002", "York"), "K-002")
    at = NOON_MS - HOUR_MS
    shops.react(kiosk, 5, at, NOON_MS)
    shops.react(kiosk, 2, at, NOON_MS, mark=MARKS["repeat"], counted=False)
    shops.react(kiosk, 1, at, NOON_MS, mark=MARKS["repeat"], counted=False, answer_id=4)
    shops.react(kiosk, 3, at, NOON_MS, reason=REASONS["burst"], counted=False, question_id=shops.questions[SERVICE])
    shops.react(kiosk, 4, at, NOON_MS, counted=False, mark=MARKS["rate"], uncertainty_ms=20 * HOUR_MS)
    shops.react(kiosk, 4, at, NOON_MS, counted=False, mark=MARKS["rate"], question_id=shops.questions["staff-mattered"])
    shops.react(kiosk, 1, NOON_MS, NOON_MS, counted=False, mark=MARKS["rate"])
    shops.react(elsewhere, 6, at, NOON_MS, counted=False, mark=MARKS["mash"])
    with reading(shops.engine) as connection:
        found = set_aside(connection, store.id, at, NOON_MS)
    assert sorted(found) == sorted(
        [
            SetAside(shops.questions[EXPERIENCE], "repeat", 2, 3),
            SetAside(shops.questions[SERVICE], "burst", 3, 3),
        ]
    )


def test_they_are_found_by_their_own_index(engine):
    shops = Shops(engine)
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-001")
    shops.react(kiosk, 2, NOON_MS, NOON_MS)
    plan = (
        "EXPLAIN QUERY PLAN SELECT count(*) FROM reactions WHERE kiosk_id = 1 AND counted IS 0 AND pressed_ms >= 1"
        " AND pressed_ms < 2"
    )
    with reading(engine) as connection:
        assert "ix_reactions_set_aside" in str(connection.execute(text(plan)).all())
