"""What is usual is counted from days: a place's own, and the chain's with as many faces."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.database.baselines import Usual, usual_at, usual_in_stores
from server.database.engine import reading
from server.database.watches import Place

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_days_questions_faces_and_kiosks_are_told_apart(engine: Engine) -> None:
    shops = Shops(engine)
    store = shops.store("S001", "Leeds")
    here, there = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-002")
    for back in range(4):
        shops.press(here, TODAY - timedelta(days=back), EXPERIENCE, 6, 3, neutral=1)
    shops.press(here, TODAY - timedelta(days=1), EXPERIENCE, 0, 50, faces=4)
    shops.press(here, TODAY - timedelta(days=1), SERVICE, 0, 50)
    # A day on which everything was set aside is no day with presses.
    shops.press(here, TODAY - timedelta(days=9), EXPERIENCE, 0, 0, marked=5)
    shops.press(there, TODAY - timedelta(days=1), EXPERIENCE, 1, 1)
    other = shops.store("S002", "York")
    shops.press(shops.kiosk(other, "K-003"), TODAY - timedelta(days=1), EXPERIENCE, 7, 2)
    shops.press(shops.kiosk(shops.store("S003", "Hull"), "K-004"), TODAY - timedelta(days=1), EXPERIENCE, 0, 0, marked=5)
    question, today = shops.questions[EXPERIENCE], TODAY.toordinal()
    place = Place(here.id, here.placement_id, question)
    with reading(engine) as connection:
        assert usual_at(connection, place, 2, today - 3, today) == Usual(9, 30, 3)
        assert usual_at(connection, place, 2, today - 56, today) == Usual(9, 30, 3)
        assert usual_at(connection, place, 4, today - 3, today) == Usual(50, 50, 1)
        assert usual_at(connection, place, 3, today - 3, today) == Usual(0, 0, 0)
        found = usual_in_stores(connection, question, 2, today - 3, today)
        assert found == {store.id: Usual(10, 32, 4), other.id: Usual(2, 9, 1)}
