"""Which presses are employees', and which configurations ask them."""

from __future__ import annotations

from shops import Shops
from sqlalchemy import select

from server.database.codes import ANSWERS
from server.database.dimensions import ALL_BUT_EMPLOYEES, configs_asking, of_dimension, outside
from server.database.engine import reading, writing
from server.database.placements import ButtonRow, add_config
from server.database.questions import install_answers
from server.database.tables import questions


def test_every_question_is_inside_or_outside(engine):
    shops = Shops(engine)
    with reading(engine) as connection:
        inside = connection.execute(select(questions.c.code).where(of_dimension(questions.c.id, "EX"))).scalars()
        others = connection.execute(select(questions.c.code).where(outside(questions.c.id))).scalars()
        every = connection.execute(select(questions.c.code).where(outside(questions.c.id, frozenset()))).scalars()
        inside, others, every = set(inside), set(others), set(every)
    assert inside == {"staff-mattered", "staff-had-needed"}
    assert others == set(shops.questions) - inside
    assert every == set(shops.questions)


def test_configurations_are_known_by_what_they_ask(engine):
    shops = Shops(engine)
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-001")
    with writing(engine) as connection:
        install_answers(connection)
        for version, code in ((3, "felt-welcome"), (4, "staff-mattered")):
            button = ButtonRow("happy", shops.questions[code], ANSWERS["happy"][0], 2)
            add_config(connection, kiosk.id, version, kiosk.placement_id, "{}", [button], 5)
        assert configs_asking(connection, ALL_BUT_EMPLOYEES) == {(kiosk.id, 4)}
        assert configs_asking(connection, frozenset()) == set()
