"""Employees' presses by week."""

from __future__ import annotations

from datetime import date

from shops import Shops

from server.database.codes import ANSWERS
from server.database.employee_counts import employee_weeks, stores_asking_employees
from server.database.engine import reading, writing
from server.database.placements import ButtonRow, add_config
from server.database.questions import install_answers

MONDAY = date(2026, 11, 9)


def test_days_of_a_week_from_monday_on_are_one_row_and_customers_are_in_none(engine):
    shops = Shops(engine)
    store, other = shops.store("S001", "Leeds"), shops.store("S002", "York")
    room = shops.kiosk(store, "K-009", "staff room")
    for day, positive in ((MONDAY, 3), (date(2026, 11, 15), 4), (date(2026, 11, 16), 5)):
        shops.press(room, day, "staff-mattered", positive, 1, marked=2)
        shops.press(room, day, "felt-welcome", 50, 50)
    shops.press(shops.kiosk(other, "K-010"), MONDAY, "staff-mattered", 9, 9)
    with reading(engine) as connection:
        first, second = employee_weeks(connection, [store.id], date(2026, 11, 17).toordinal())
        assert employee_weeks(connection, [store.id], MONDAY.toordinal()) == []
    assert date.fromordinal(first.week * 7 + 1) == MONDAY
    assert (first.positive, first.negative, second.positive, second.week - first.week) == (7, 2, 5, 1)


def test_a_store_asks_employees_when_a_kiosk_there_ever_did(engine):
    shops = Shops(engine)
    store = shops.store("S001", "Leeds")
    kiosk = shops.kiosk(store, "K-001")
    with writing(engine) as connection:
        install_answers(connection)
        assert stores_asking_employees(connection) == set()
        button = ButtonRow("happy", shops.questions["staff-mattered"], ANSWERS["happy"][0], 2)
        add_config(connection, kiosk.id, 3, kiosk.placement_id, "{}", [button], 5)
        assert stores_asking_employees(connection) == {store.id}
