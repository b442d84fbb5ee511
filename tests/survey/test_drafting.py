"""A question's life: what may be drafted, activated and retired, and that nothing asked is ever written over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.database import questions as rows
from server.database.engine import writing
from server.database.stores import add_store
from server.errors import Unfit
from server.survey.drafting import activate, draft, retire, reword, spoken_languages
from server.survey.library import starter_library
from server.survey.question import Card, Words
from server.survey.questions import install_starter, question, read_row
from server.survey.refusals import Refused

FIRST = starter_library().questions[0]
NEW = replace(FIRST, code="felt-heard", texts={"en": Words("Did you feel heard?", "I felt heard", "I did not feel heard")})
BLANK = Card("", "", "", "", "", "")


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        install_starter(connection, 5)
        add_store(connection, "S001", "Leeds", "Europe/London", "", ["en"], "GB", 0)
        yield connection


def test_a_draft_is_not_asked_until_it_is_activated(connection):
    draft(connection, NEW, 10, "ada@chain.example")
    with pytest.raises(Unfit, match="is a draft"):
        question(connection, "felt-heard")
    assert activate(connection, "felt-heard", 20) == 1
    assert question(connection, "felt-heard") == NEW
    (row,) = rows.wordings(connection, "felt-heard")
    assert (row.made_ms, row.made_by, row.active_ms, row.retired_ms) == (10, "ada@chain.example", 20, None)


def test_a_draft_without_its_whole_card_stays_a_draft(connection):
    draft(connection, replace(NEW, card=BLANK), 10, "ada")
    with pytest.raises(Refused, match="no data card"):
        activate(connection, "felt-heard", 20)
    reword(connection, replace(NEW, card=NEW.card._replace(destination="")), 15, "ada")
    with pytest.raises(Refused, match="destination"):
        activate(connection, "felt-heard", 20)


def test_a_draft_without_a_language_of_a_store_stays_a_draft(connection):
    draft(connection, NEW, 10, "ada")
    add_store(connection, "S002", "تهران", "Asia/Tehran", "", ["fa", "de"], "IR", 0)
    assert spoken_languages(connection) == ["en", "fa"]
    with pytest.raises(Refused, match="in language fa"):
        activate(connection, "felt-heard", 20)


def test_a_code_never_gets_another_meaning(connection):
    with pytest.raises(Refused, match="already"):
        draft(connection, replace(NEW, code=FIRST.code), 10, "ada")
    for other in (replace(FIRST, signal="service"), replace(FIRST, dimension="EX")):
        with pytest.raises(Refused, match="another meaning"):
            reword(connection, other, 10, "ada")
    with pytest.raises(Refused, match="no question felt-rich"):
        reword(connection, replace(FIRST, code="felt-rich"), 10, "ada")


def test_a_new_wording_is_a_new_version_and_takes_the_old_ones_place_when_it_is_activated(connection):
    words = FIRST.texts | {"en": Words("Did you feel at home?", "I felt at home", "I did not")}
    assert reword(connection, replace(FIRST, texts=words), 10, "ada") == 2
    assert question(connection, FIRST.code) == FIRST
    assert activate(connection, FIRST.code, 20) == 2
    assert question(connection, FIRST.code).texts["en"].question == "Did you feel at home?"
    second, first = rows.wordings(connection, FIRST.code)
    assert (first.retired_ms, second.retired_ms) == (20, None)
    assert read_row(first) == FIRST


def test_a_draft_is_written_over_until_it_is_active_and_never_after(connection):
    draft(connection, NEW, 10, "ada")
    assert reword(connection, replace(NEW, signal="service"), 11, "bob") == 1
    activate(connection, NEW.code, 20)
    assert reword(connection, replace(NEW, signal="service", texts=NEW.texts | {"it": NEW.texts["en"]}), 30, "bob") == 2
    assert "it" not in read_row(rows.wordings(connection, NEW.code)[1]).texts
    with pytest.raises(Refused, match="another meaning"):
        reword(connection, replace(NEW, signal="experience"), 31, "bob")


def test_nothing_is_activated_twice(connection):
    with pytest.raises(Refused, match="no draft"):
        activate(connection, FIRST.code, 20)


def test_a_retired_question_is_put_on_no_kiosk_and_its_words_stay(connection):
    retire(connection, FIRST.code, 30)
    with pytest.raises(Unfit, match="is retired"):
        question(connection, FIRST.code)
    assert read_row(rows.wordings(connection, FIRST.code)[0]) == FIRST
    with pytest.raises(Refused, match="nothing to retire"):
        retire(connection, FIRST.code, 31)
