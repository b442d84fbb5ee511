"""The starter library, and the sentences that refuse a library that can not be used."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from server.errors import Unfit
from server.survey.library import card_of, read_library, starter_library
from server.survey.question import Card, Words

SMALL = """
languages = ["en"]
[[question]]
code = "felt-welcome"
version = 1
signal = "experience"
dimension = "CX"
touchpoints = ["exit"]
facets = ["welcome"]
text.en = "Did you feel welcome?"
positive.en = "I felt welcome"
negative.en = "I did not"
[question.card]
origin = "a press"
purpose = "to know"
outcome = "it is set right"
insight = "a share"
destination = "the page"
kind = "attitudinal"
"""


def test_the_starter_library_has_eighteen_carded_questions_in_six_languages() -> None:
    library = starter_library()
    assert len({question.code for question in library.questions}) == 18
    assert {tuple(question.texts) for question in library.questions} == {("en", "pl", "it", "fa", "ar", "tr")}
    assert {question.card.kind for question in library.questions} == {"attitudinal", "behavioural"}
    assert sum(question.dimension == "EX" for question in library.questions) == 2


def test_each_pair_asks_the_experience_first_and_exactly_one_is_the_default() -> None:
    library = starter_library()
    signals = {question.code: question.signal for question in library.questions}
    assert {(signals[pair.row_one], signals[pair.row_two]) for pair in library.pairs} == {("experience", "service")}
    assert [pair.code for pair in library.pairs if pair.is_default] == ["welcome-served"]


def test_the_file_keeps_the_rules_that_its_wordings_follow() -> None:
    text = resources.files("server.survey").joinpath("starter.toml").read_text(encoding="utf-8")
    assert all(f"R{number} " in text for number in range(1, 11))
    assert "Identity data is refused" in text
    assert tomllib.loads(text)["library"] == "starter"


def test_a_question_is_read_whole() -> None:
    (question,) = read_library(SMALL).questions
    assert (question.code, question.version, question.signal, question.dimension) == ("felt-welcome", 1, "experience", "CX")
    assert question.texts == {"en": Words("Did you feel welcome?", "I felt welcome", "I did not")}
    assert question.card.destination == "the page"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("[question.card]", "[question.notes]", "felt-welcome has no data card"),
        ('purpose = "to know"', 'purpose = " "', "does not say its purpose"),
        ('kind = "attitudinal"', "", "does not say its kind of data"),
        ('kind = "attitudinal"', 'kind = "descriptive"', "not what people are like"),
        ("Did you feel welcome?", "May we have your e-mail?", "asks who somebody is"),
        ('languages = ["en"]', 'languages = "en"', "a list of codes"),
        ('languages = ["en"]', 'longest_text = "long"', "numbers of characters"),
        ('kind = "attitudinal"', 'kind = "identity"', "never asks who somebody is"),
        ('kind = "attitudinal"', 'kind = "secret"', "must name a kind"),
        ("version = 1", "version = 0", "needs a version"),
        ("version = 1", "version = true", "needs a version"),
        ('signal = "experience"', 'signal = "mood"', "about service or experience"),
        ('dimension = "CX"', 'dimension = "customer"', "whose experience"),
        ('touchpoints = ["exit"]', "touchpoints = []", "needs a list of touchpoints"),
        ('facets = ["welcome"]', 'facets = "welcome"', "needs a list of skills"),
        ('code = "felt-welcome"', 'code = "Felt welcome"', "small letters"),
        ('languages = ["en"]', 'languages = ["en", "fa"]', "no text in language fa"),
        ("Did you feel welcome?", "Did you feel welcome in our store this afternoon?", "more than 45 characters in its text"),
        ("I did not", "I really did not feel any of that", "more than 24 characters in its negative answer"),
        ('languages = ["en"]', "languages = [", "can not be read"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_its_reason(old: str, new: str, sentence: str) -> None:
    assert old in SMALL
    with pytest.raises(Unfit, match=sentence):
        read_library(SMALL.replace(old, new, 1))


def test_the_same_code_twice_is_refused() -> None:
    with pytest.raises(Unfit, match="same code"):
        read_library(SMALL + SMALL.replace('languages = ["en"]', ""))


def test_a_pair_of_two_experiences_is_refused() -> None:
    pair = '[[pair]]\ncode = "twice"\ntouchpoints = ["exit"]\nrow_one = "felt-welcome"\nrow_two = "felt-welcome"\n'
    with pytest.raises(Unfit, match="Pair twice"):
        read_library(SMALL + pair)


@pytest.mark.parametrize("raw", [None, {}, [], "card"])
def test_no_card_in_any_form_is_no_card(raw: object) -> None:
    assert card_of(raw) == Card("", "", "", "", "", "")
