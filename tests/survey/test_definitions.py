"""Definition 1, and which definition is valid when."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from server.database.definitions import add_definition
from server.database.engine import reading, writing
from server.errors import Unfit
from server.survey.definition import Definition
from server.survey.definitions import current, declare, install_first, valid_at
from server.survey.library import starter_library
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def second(connection: Connection, made_ms: int) -> None:
    body = {"service": ["got-needed"], "experience": ["felt-welcome"], "target_service": 0.9, "least_count": 30}
    add_definition(connection, 2, json.dumps(body), made_ms, made_by="charlie@chain.example")


def test_definition_one_is_the_customers_questions_by_signal(engine: Engine) -> None:
    with writing(engine) as connection:
        install_starter(connection, 5)
        found = current(connection)
    customers = [question for question in starter_library().questions if question.dimension == "CX"]
    assert found.version == 1
    assert set(found.service) == {question.code for question in customers if question.signal == "service"}
    assert set(found.experience) == {question.code for question in customers if question.signal == "experience"}
    assert "staff-mattered" not in found.experience
    assert (found.target_service, found.least_count) == (None, 10)


def test_a_later_definition_is_current_and_the_first_is_not_written_again(engine: Engine) -> None:
    with writing(engine) as connection:
        install_starter(connection, 5)
        second(connection, 100)
        install_first(connection, 200)
        assert current(connection) == Definition(2, ("got-needed",), ("felt-welcome",), target_service=0.9, least_count=30)


def test_the_definition_of_a_moment_is_the_last_one_made_before_it(engine: Engine) -> None:
    with writing(engine) as connection:
        install_starter(connection, 5)
        second(connection, 100)
        assert [valid_at(connection, at_ms).version for at_ms in (0, 5, 99, 100, 10_000)] == [1, 1, 1, 2, 2]


def test_a_database_without_one_says_what_to_do(engine: Engine) -> None:
    with reading(engine) as connection:
        for ask in (current, lambda given: valid_at(given, 0)):
            with pytest.raises(Unfit, match="salve-server upgrade"):
                ask(connection)


def test_a_declared_version_keeps_the_questions_and_is_valid_from_then_on(engine: Engine) -> None:
    with writing(engine) as connection:
        install_starter(connection, 1_000)
        first = current(connection)
        made = declare(connection, 5_000, "office@example.org", target_service=0.75, target_experience=0.7, least_count=20)
        assert (made.version, made.service, made.experience) == (2, first.service, first.experience)
        assert current(connection) == made
        assert valid_at(connection, 4_999) == first
        assert valid_at(connection, 5_000) == made


@pytest.mark.parametrize("wrong", [{"target_service": 75.0}, {"target_experience": 0.0}, {"least_count": 9}])
def test_a_version_that_makes_no_sense_is_refused(engine: Engine, wrong: dict[str, float]) -> None:
    with writing(engine) as connection:
        install_starter(connection, 1_000)
        with pytest.raises(Unfit):
            declare(connection, 5_000, "office@example.org", **wrong)
        assert current(connection).version == 1
