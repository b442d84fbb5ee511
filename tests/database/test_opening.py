"""Hours and special days are kept by store; whose week is not known has no hours, whatever its special days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from server.analysis.opening import Span
from server.analysis.opening_text import read_week
from server.database import tables
from server.database.engine import reading, writing
from server.database.opening import (
    SpecialDay,
    drop_special_day,
    openings,
    set_special_day,
    set_week,
    special_days_of,
    times_of_placement,
    week_of,
)
from server.database.stores import add_store

if TYPE_CHECKING:
    from sqlalchemy import Engine

WEEK = read_week("mon-sat 09:00-13:00,15:00-20:00")
DAY = 739_950


@pytest.fixture
def stores(engine: Engine) -> Engine:
    with writing(engine) as connection:
        for code in ("S001", "S002"):
            add_store(connection, code, code, "Europe/Warsaw", "", ["pl"], "PL", 0)
    return engine


def test_a_week_is_kept_and_forgotten(stores: Engine) -> None:
    with writing(stores) as connection:
        assert week_of(connection, 1) is None
        set_week(connection, 1, WEEK)
    with reading(stores) as connection:
        assert week_of(connection, 1) == WEEK
        assert list(openings(connection)) == [1]
        assert openings(connection, [2]) == openings(connection, []) == {}
        assert openings(connection, [1, 2])[1].spans(DAY) == WEEK[(DAY - 1) % 7]
    with writing(stores) as connection:
        set_week(connection, 1, None)
        assert week_of(connection, 1) is None
        assert openings(connection) == {}


def test_special_days_stand_beside_the_week_and_are_replaced(stores: Engine) -> None:
    with writing(stores) as connection:
        set_special_day(connection, 1, SpecialDay(DAY, (), "Christmas"))
        set_special_day(connection, 2, SpecialDay(DAY + 1, (), "Day after"))
        assert openings(connection) == {}
        set_week(connection, 1, WEEK)
        assert openings(connection)[1].spans(DAY) == ()
        set_special_day(connection, 1, SpecialDay(DAY, (Span(600, 840),), "Christmas Eve"))
        assert openings(connection, [1])[1].spans(DAY) == (Span(600, 840),)
        assert openings(connection, [1])[1].spans(DAY + 1) == WEEK[DAY % 7]
        assert special_days_of(connection, 1) == [SpecialDay(DAY, (Span(600, 840),), "Christmas Eve")]
        assert drop_special_day(connection, 1, DAY)
        assert not drop_special_day(connection, 1, DAY)
        assert special_days_of(connection, 1) == []


def test_a_placement_has_the_hours_of_its_store(stores: Engine) -> None:
    with writing(stores) as connection:
        set_week(connection, 2, WEEK)
        connection.execute(tables.kiosks.insert().values(id=1, code="K-001", hardware="h", enrolled_ms=0))
        rows = [{"id": number, "kiosk_id": 1, "store_id": number, "touchpoint": "exit", "from_ms": 0} for number in (1, 2)]
        connection.execute(tables.placements.insert(), rows)
        assert times_of_placement(connection, 1)[1] is None
        zone, found = times_of_placement(connection, 2)
    assert zone == "Europe/Warsaw"
    assert found is not None
    assert found.week == WEEK


def test_a_usual_pause_of_other_hours_is_forgotten(stores: Engine) -> None:
    with writing(stores) as connection:
        for number in (1, 2):
            connection.execute(
                tables.kiosks.insert().values(
                    id=number,
                    code=f"K-{number}",
                    hardware=f"h{number}",
                    enrolled_ms=0,
                )
            )
            connection.execute(
                tables.placements.insert().values(kiosk_id=number, store_id=number, touchpoint="exit", from_ms=0)
            )
            connection.execute(
                tables.kiosk_states.insert().values(
                    kiosk_id=number, state="well", since_ms=5, usual_pause_ms=9, pause_known_ms=7
                )
            )
        set_week(connection, 1, WEEK)
        rows = connection.execute(select(tables.kiosk_states).order_by(tables.kiosk_states.c.kiosk_id)).all()
    assert [tuple(row) for row in rows] == [(1, "well", 5, None, 0), (2, "well", 5, 9, 7)]
