"""Notes are kept by store and chain, and only who made one takes it back."""

from __future__ import annotations

import pytest
from shops import Shops

from server.database.changes import note_change, noted_changes, remove_change, setups, stays
from server.database.engine import reading, writing


@pytest.fixture
def shops(engine):
    return Shops(engine)


def test_notes_of_a_store_and_of_the_chain_by_day(shops):
    leeds, york = shops.store("S001", "Leeds"), shops.store("S002", "York")
    with writing(shops.engine) as connection:
        for store_id, day, words in ((leeds.id, 12, "b"), (None, 11, "a"), (york.id, 11, "theirs"), (leeds.id, 20, "later")):
            note_change(connection, store_id, day, words, 1, "a@b.example")
    with reading(shops.engine) as connection:
        found = noted_changes(connection, leeds.id, 11, 20)
    assert [(one.words, one.store_id, one.local_day) for one in found] == [("a", None, 11), ("b", leeds.id, 12)]


def test_a_note_is_taken_back_by_its_maker_at_its_store_alone(shops):
    leeds, york = shops.store("S001", "Leeds"), shops.store("S002", "York")
    with writing(shops.engine) as connection:
        number = note_change(connection, leeds.id, 12, "New till", 1, "a@b.example")
        assert not remove_change(connection, leeds.id, number, "c@d.example")
        assert not remove_change(connection, york.id, number, "a@b.example")
        assert remove_change(connection, leeds.id, number, "a@b.example")
        assert not remove_change(connection, leeds.id, number, "a@b.example")


def test_stays_are_those_of_the_store(shops):
    leeds, york = shops.store("S001", "Leeds"), shops.store("S002", "York")
    shops.kiosk(leeds, "K-001", "checkout")
    shops.kiosk(york, "K-002")
    with reading(shops.engine) as connection:
        assert [(one.kiosk, one.touchpoint, one.until_ms) for one in stays(connection, leeds.id)] == [
            ("K-001", "checkout", None)
        ]
        assert setups(connection, leeds.id) == []
