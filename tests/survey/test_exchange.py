"""Questions from and to a file: what fits goes in once, what does not is told with its reason, nothing is written over."""

from __future__ import annotations

from importlib import resources

import pytest

from server.database import questions as rows
from server.database.engine import make_engine, writing
from server.database.life import begin_life
from server.database.tables import metadata
from server.errors import Unfit
from server.survey.exchange import export_questions, import_questions
from server.survey.library import starter_library
from server.survey.questions import install_starter, question

STARTER = resources.files("server.survey").joinpath("starter.toml").read_text(encoding="utf-8")
ONE = """
languages = ["en"]
[[question]]
code = "felt-heard"
version = 1
signal = "experience"
dimension = "CX"
touchpoints = ["exit"]
facets = ["listening"]
text.en = "Did you feel heard?"
positive.en = "I felt heard"
negative.en = "I did not"
[question.card]
origin = "a press"
purpose = "to know"
outcome = "it is set right"
insight = "a share"
destination = "the page"
kind = "attitudinal"
"""


def outcomes(connection, text, **more) -> dict[str, str]:
    return {one.code: one.what for one in import_questions(connection, text, 10, "ada", **more)}


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        yield connection


def test_a_file_is_taken_in_once(connection):
    assert outcomes(connection, ONE) == {"felt-heard": "added"}
    assert outcomes(connection, ONE) == {"felt-heard": "unchanged"}
    assert question(connection, "felt-heard").texts["en"].positive == "I felt heard"
    (row,) = rows.wordings(connection)
    assert (row.made_by, row.made_ms, row.active_ms) == ("ada", 10, 10)


def test_the_starter_library_is_such_a_file(connection):
    assert set(outcomes(connection, STARTER).values()) == {"added"}
    install_starter(connection, 20)
    assert set(outcomes(connection, STARTER).values()) == {"unchanged"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[question.card]", "[question.notes]", "no data card"),
        ('kind = "attitudinal"', 'kind = "identity"', "identity data"),
        ('kind = "attitudinal"', 'kind = "descriptive"', "descriptive data"),
        ("Did you feel heard?", "What is your phone number?", "asks who somebody is"),
        ("Did you feel heard?", "Did you feel heard in our store this afternoon?", "more than 45"),
        ('signal = "experience"', 'signal = "mood"', "service or experience"),
        ('code = "felt-heard"', 'code = "Felt heard"', "small letters"),
        ('text.en = "Did you feel heard?"', "text.en = 7", "no text"),
    ],
)
def test_what_can_not_be_asked_is_refused_and_the_others_go_in(connection, old, new, why):
    assert old in ONE
    other = ONE.replace("felt-heard", "felt-seen").replace('languages = ["en"]', "")
    found = import_questions(connection, ONE.replace(old, new, 1) + other, 10, "ada")
    assert [one.what for one in found] == ["refused", "added"]
    assert why in found[0].why
    assert [row.code for row in rows.wordings(connection)] == ["felt-seen"]


def test_another_content_of_a_version_is_refused_and_the_next_version_goes_in(connection):
    outcomes(connection, ONE)
    changed = ONE.replace("I felt heard", "I was heard")
    (found,) = import_questions(connection, changed, 20, "ada")
    assert "with other content" in found.why
    assert outcomes(connection, changed.replace("version = 1", "version = 2")) == {"felt-heard": "added"}
    assert question(connection, "felt-heard").version == 2
    (old,) = import_questions(connection, ONE.replace("version = 1", "version = 3").replace('"CX"', '"EX"'), 20, "ada")
    assert "another meaning" in old.why
    assert outcomes(connection, ONE) == {"felt-heard": "unchanged"}


def test_the_same_code_twice_is_refused_the_second_time(connection):
    found = import_questions(connection, ONE + ONE.replace('languages = ["en"]', ""), 10, "ada")
    assert [one.what for one in found] == ["added", "refused"]


def test_a_draft_may_be_incomplete(connection):
    bare = ONE.replace("[question.card]", "[question.notes]")
    assert outcomes(connection, bare, active=False) == {"felt-heard": "added"}
    assert rows.askable(connection, "felt-heard") is None


@pytest.mark.parametrize("text", ["languages = [", "question = 3", 'languages = "en"'])
def test_what_is_no_library_is_refused_whole(connection, text):
    with pytest.raises(Unfit):
        import_questions(connection, text, 10, "ada")


def test_what_was_given_out_is_taken_in_elsewhere_as_it_was(connection, tmp_path):
    install_starter(connection, 5)
    import_questions(connection, ONE.replace("a press", 'a \\"press\\"\\u007f'), 10, "ada")
    text = export_questions(connection)
    assert set(outcomes(connection, text).values()) == {"unchanged"}
    other = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    metadata.create_all(other)
    with writing(other) as elsewhere:
        begin_life(elsewhere)
        assert set(outcomes(elsewhere, text).values()) == {"added"}
        for one in starter_library().questions:
            assert question(elsewhere, one.code) == one
        assert question(elsewhere, "felt-heard").card.origin == 'a "press"\x7f'
    other.dispose()
