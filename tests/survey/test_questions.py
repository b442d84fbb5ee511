"""Installing the starter questions, finding one, and what a kiosk asks when nobody chose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from server.database.codes import ANSWERS
from server.database.engine import reading, writing
from server.database.tables import answers, definitions, questions
from server.errors import Unfit
from server.survey.library import Library, starter_library
from server.survey.questions import default_questions, install, install_starter, question

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_installing_twice_changes_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        assert install_starter(connection, 5) == 18
        assert install_starter(connection, 9) == 0
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (questions, answers, definitions)
        ]
    assert counts == [18, len(ANSWERS), 1]


def test_a_question_comes_back_as_it_was_in_the_library(engine: Engine) -> None:
    with writing(engine) as connection:
        install_starter(connection, 5)
        for wanted in starter_library().questions:
            assert question(connection, wanted.code) == wanted


def test_a_changed_word_is_a_new_version_and_the_old_one_stays(engine: Engine) -> None:
    first = starter_library().questions[0]
    second = replace(first, version=2, facets=("welcome",))
    with writing(engine) as connection:
        install_starter(connection, 5)
        assert install(connection, Library((second,), ()), 9) == 1
        assert question(connection, first.code).version == 2
        versions = connection.execute(select(questions.c.version).where(questions.c.code == first.code)).scalars()
        assert sorted(versions) == [1, 2]


def test_an_unknown_question_is_refused(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(Unfit, match="no question felt-rich"):
        question(connection, "felt-rich")


def test_a_question_whose_card_was_lost_is_not_put_on_a_kiosk(engine: Engine) -> None:
    with writing(engine) as connection:
        install_starter(connection, 5)
        connection.execute(update(questions).values(card="{}"))
        with pytest.raises(Unfit, match="no data card"):
            question(connection, "felt-welcome")


@pytest.mark.parametrize(
    ("layout", "touchpoint", "asked"),
    [
        ("two-row", "exit", ("felt-welcome", "got-needed")),
        ("two-row", "checkout", ("felt-welcome", "got-needed")),
        ("two-row", "fitting-room", ("fitting-looked-after", "fitting-tried-on")),
        ("two-row", "Fitting  Room", ("fitting-looked-after", "fitting-tried-on")),
        ("two-row", "service-desk", ("desk-listened", "desk-sorted-out")),
        ("two-row", "staff room", ("staff-mattered", "staff-had-needed")),
        ("two-row", "@home", ("felt-welcome", "got-needed")),
        ("two", "exit", ("felt-welcome",)),
        ("three", "service-desk", ("desk-listened",)),
        ("four", "-20% Outlet", ("felt-welcome",)),
    ],
)
def test_each_row_gets_the_question_made_for_its_place(layout: str, touchpoint: str, asked: tuple[str, ...]) -> None:
    assert default_questions(layout, touchpoint) == asked


def test_an_unknown_layout_is_refused() -> None:
    with pytest.raises(Unfit, match="no layout 'five'"):
        default_questions("five", "exit")
