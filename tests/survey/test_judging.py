"""Every reason why a question can not be asked is named, all at once."""

from __future__ import annotations

from dataclasses import replace

from server.survey.judging import LIMITS, faults
from server.survey.library import starter_library
from server.survey.question import Card, Words

GOOD = starter_library().questions[0]


def names(question, languages=("en",)) -> list[str]:
    return [fault.name for fault in faults(question, languages)]


def test_the_starter_questions_can_be_asked_in_all_their_languages():
    for question in starter_library().questions:
        assert faults(question, question.texts) == []


def test_a_language_that_a_store_speaks_must_be_written_whole():
    assert names(GOOD, ["de"]) == ["fault.no-words"] * 3
    half = replace(GOOD, texts=GOOD.texts | {"en": Words("Did you feel welcome?", "I did", " ")})
    assert names(half, ["pl"]) == ["fault.no-words"]


def test_words_may_be_as_long_as_can_be_read_and_no_longer():
    longest = Words("w" * LIMITS.text, "p" * LIMITS.answer, "n" * LIMITS.answer)
    assert names(replace(GOOD, texts={"en": longest})) == []
    longer = Words(*(text + "x" for text in longest))
    assert names(replace(GOOD, texts={"en": longer})) == ["fault.too-long"] * 3


def test_nothing_written_is_a_fault_even_where_no_store_speaks_anything():
    assert names(replace(GOOD, texts={}), []) == ["fault.no-language"]


def test_each_part_that_a_card_does_not_say_is_named():
    card = GOOD.card
    assert names(replace(GOOD, card=Card("", "", "", "", "", ""))) == ["fault.no-card"]
    found = faults(replace(GOOD, card=card._replace(purpose="", insight="")), ["en"])
    assert [fault.values["part"].name for fault in found] == ["card.purpose", "card.insight"]


def test_data_about_who_people_are_or_what_they_are_like_is_refused():
    kinds = {kind: names(replace(GOOD, card=GOOD.card._replace(kind=kind))) for kind in ("identity", "descriptive", "secret")}
    assert kinds == {
        "identity": ["fault.kind-identity"],
        "descriptive": ["fault.kind-descriptive"],
        "secret": ["fault.kind"],
    }
    asks = replace(GOOD, texts=GOOD.texts | {"it": Words("Ci lasci il tuo nome?", "Sì", "No")})
    assert names(asks) == ["fault.identity-word"]


def test_all_faults_are_told_at_once():
    bad = replace(GOOD, texts={"en": Words("", "x" * 30, "no")}, card=GOOD.card._replace(kind="identity", origin=""))
    assert names(bad, ["en", "pl"]) == [
        *["fault.no-words", "fault.too-long", "fault.no-words", "fault.no-words", "fault.no-words"],
        *["fault.card-part", "fault.kind-identity"],
    ]
