"""Whose key a request shows; a key that was good once opens a body, and the memory of keys does not grow for ever."""

from __future__ import annotations

import pytest

from server.database.engine import writing
from server.errors import Refusal
from server.fleet import kiosks as fleet
from server.ingest import callers
from server.ingest.callers import Acquaintances, caller


def test_who_was_met_is_met_again_unless_asked_to_look(house, kiosk) -> None:
    key = fleet.shown_key(kiosk.key)
    known = Acquaintances(house.engine)
    known.meet(key)
    with writing(house.engine) as connection:
        fleet.revoke(connection, kiosk.code, 0)
    known.meet(key)
    with pytest.raises(Refusal) as refused:
        known.meet(key, again=True)
    assert refused.value.code == "key-revoked"
    with pytest.raises(Refusal):
        Acquaintances(house.engine).meet(key)


def test_no_more_are_remembered_than_fit(house, monkeypatch) -> None:
    monkeypatch.setattr(callers, "MOST_REMEMBERED", 2)
    known = Acquaintances(house.engine)
    for number in range(5):
        known.meet(fleet.shown_key(house.enrol(f"sha256:kiosk-{number}").key))
        assert len(known._known) <= 2


def test_a_caller_is_the_kiosk_of_its_key(house, kiosk) -> None:
    assert caller(house.engine, fleet.shown_key(kiosk.key)).code == kiosk.code
