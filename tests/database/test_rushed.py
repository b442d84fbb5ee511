"""What rushes set aside is counted by store and by place, whatever the face, and nothing else with it."""

from __future__ import annotations

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.database.codes import ASIDE
from server.database.engine import make_engine, reading, writing
from server.database.life import begin_life
from server.database.rushed import rushed_places, rushed_stores
from server.database.tables import metadata, set_aside


@pytest.fixture(params=["sqlite", "postgresql"])
def shops(request, engine):
    if request.param == "sqlite":
        yield Shops(engine)
        return
    other = make_engine(request.getfixturevalue("postgres_url"))
    metadata.create_all(other)
    with writing(other) as connection:
        begin_life(connection)
    yield Shops(other)
    other.dispose()


def test_rushes_are_told_by_place_and_by_store_over_the_days_asked_for(shops):
    store, other = shops.store("S001", "Leeds"), shops.store("S002", "York")
    exit_kiosk, checkout = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-002", "checkout")
    elsewhere = shops.kiosk(other, "K-003")
    day = TODAY.toordinal()
    rows = [
        (exit_kiosk, day, SERVICE, "rush", (3, 0, 1)),
        (exit_kiosk, day - 1, SERVICE, "rush", (1, 1, 0)),
        (exit_kiosk, day, EXPERIENCE, "rush", (0, 0, 9)),
        (exit_kiosk, day, SERVICE, "repeat", (9, 9, 9)),
        (exit_kiosk, day - 2, SERVICE, "rush", (9, 9, 9)),
        (checkout, day, SERVICE, "rush", (2, 0, 0)),
        (elsewhere, day, SERVICE, "rush", (5, 0, 0)),
    ]
    with writing(shops.engine) as connection:
        for place, local_day, question, reason, counts in rows:
            keys = (place.id, place.placement_id, local_day, shops.questions[question], ASIDE[reason])
            connection.execute(set_aside.insert().values((*keys, *counts)))
    service, experience = shops.questions[SERVICE], shops.questions[EXPERIENCE]
    with reading(shops.engine) as connection:
        assert rushed_places(connection, store.id, day - 1, day + 1) == {
            ("exit", service): 6,
            ("exit", experience): 9,
            ("checkout", service): 2,
        }
        assert rushed_stores(connection, day - 1, day + 1) == {store.id: 17, other.id: 5}
        assert rushed_stores(connection, day + 1, day + 2) == {}
