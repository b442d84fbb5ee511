"""Questions and answers as rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from server.database.codes import ANSWERS
from server.database.engine import reading, writing
from server.database.questions import (
    add_question,
    answer_id,
    install_answers,
    question_by_code,
    question_versions,
    questions_in_use,
)
from server.database.tables import answers
from server.errors import Unfit

if TYPE_CHECKING:
    from sqlalchemy import Engine

WORDS = {"fa": {"question": "خوش آمده‌اید؟", "positive": "بله", "negative": "نه"}}
CARD = {"origin": "a press", "kind": "attitudinal"}


def add(engine: Engine, code: str, version: int, card: dict[str, str] | None = None) -> None:
    with writing(engine) as connection:
        add_question(connection, code, version, "experience", "CX", ["care"], ["exit"], WORDS, CARD if card is None else card)


def test_the_latest_wording_is_the_one_in_use(engine: Engine) -> None:
    for code, version in (("b", 1), ("a", 2), ("a", 1), ("a", 10)):
        add(engine, code, version)
    with reading(engine) as connection:
        row = question_by_code(connection, "a")
        assert question_by_code(connection, "c") is None
        assert [(one.code, one.version) for one in questions_in_use(connection)] == [("a", 10), ("b", 1)]
        assert question_versions(connection) == {("a", 1), ("a", 2), ("a", 10), ("b", 1)}
    assert row is not None
    assert row.version == 10
    assert (json.loads(row.texts), json.loads(row.card), json.loads(row.facets)) == (WORDS, CARD, ["care"])


def test_a_wording_is_never_written_over(engine: Engine) -> None:
    add(engine, "a", 1)
    with pytest.raises(IntegrityError):
        add(engine, "a", 1)


def test_a_question_without_a_card_does_not_get_in(engine: Engine) -> None:
    with pytest.raises(Unfit, match="no data card"):
        add(engine, "a", 1, card={})


def test_answers_have_the_numbers_of_the_code(engine: Engine) -> None:
    with writing(engine) as connection:
        install_answers(connection)
        install_answers(connection)
        rows = connection.execute(select(answers.c.code, answers.c.id, answers.c.polarity))
        assert {code: (number, polarity) for code, number, polarity in rows} == ANSWERS
    assert answer_id("unhappy") == ANSWERS["unhappy"][0]
    with pytest.raises(Unfit, match="no answer 'angry'"):
        answer_id("angry")
