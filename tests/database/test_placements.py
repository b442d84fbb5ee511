"""Where kiosks stood is never rewritten, and one place at a time is the present one."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.database.engine import writing
from server.database.kiosks import add_kiosk, kiosk_by_code
from server.database.placements import (
    ButtonMeaning,
    ButtonRow,
    add_config,
    buttons_of_config,
    end_placement,
    meanings_of_config,
    place,
    present_placement,
)
from server.database.questions import add_question, install_answers
from server.database.stores import add_store
from server.database.tables import placements


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        install_answers(connection)
        add_question(connection, "served", 1, "service", "CX", [], [], {"en": {}}, {"origin": "a test"})
        for code, zone in (("S014", "Europe/Warsaw"), ("S015", "Asia/Tehran")):
            add_store(connection, code, code, zone, "", ["en"], "", 0)
        assert add_kiosk(connection, "sha256:one", "1", 0) == 1
        yield connection


def test_the_same_place_again_goes_on_and_another_ends_it(connection) -> None:
    assert place(connection, 1, 1, "exit", 5) == place(connection, 1, 1, "exit", 6) == 1
    assert place(connection, 1, 1, "checkout", 7) == 2
    end_placement(connection, 1, 9)
    assert present_placement(connection, 1) is None
    rows = connection.execute(
        select(placements.c.touchpoint, placements.c.from_ms, placements.c.until_ms).order_by(placements.c.id)
    )
    assert [tuple(row) for row in rows] == [("exit", 5, 7), ("checkout", 7, 9)]


def test_a_configuration_says_what_its_buttons_mean_and_is_never_replaced(connection) -> None:
    placement = place(connection, 1, 2, "exit", 5)
    buttons = [ButtonRow("happy", 1, 2, 2), ButtonRow("unhappy", 1, 4, 2)]
    add_config(connection, 1, 3, placement, "{}", buttons, 5)
    assert sorted(buttons_of_config(connection, 1, 3)) == buttons
    assert meanings_of_config(connection, 1, 3)["unhappy"] == ButtonMeaning(placement, 1, "service", 4, 2, "CX")
    assert meanings_of_config(connection, 1, 4) == {}
    with pytest.raises(IntegrityError):
        add_config(connection, 1, 3, placement, "{}", buttons, 5)


def test_kiosks_are_numbered_and_known_hardware_is_the_same_kiosk(connection) -> None:
    assert add_kiosk(connection, "sha256:two", "1", 0) == 2
    assert add_kiosk(connection, "sha256:one", "2", 0) == 1
    assert kiosk_by_code(connection, "K-002").hardware == "sha256:two"
    assert kiosk_by_code(connection, "K-003") is None
