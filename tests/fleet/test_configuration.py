"""A configuration says the right words, and its version never gets another meaning."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from server.database.engine import writing
from server.database.kiosks import add_kiosk, set_config_seen
from server.database.placements import place
from server.database.questions import add_question
from server.database.tables import config_buttons, config_versions
from server.errors import Unfit
from server.fleet.configuration import make_config, newest_config, question_codes_of, renew
from server.fleet.faces import WORDS
from wire.layouts import LAYOUTS

S014, S015, S016 = 1, 2, 3


@pytest.fixture
def connection(chain):
    with writing(chain) as connection:
        yield connection


@pytest.fixture
def kiosk_id(connection) -> int:
    return add_kiosk(connection, "sha256:one", "1.0.0", 0)


def make(connection, kiosk_id, layout, *codes, store=S014):
    placement = place(connection, kiosk_id, store, "exit", 0)
    return make_config(connection, kiosk_id, placement, layout, codes, 5)


def test_two_rows_ask_two_questions_in_their_own_words(connection, kiosk_id) -> None:
    config = make(connection, kiosk_id, "two-row", "welcome", "served")
    assert (config.version, config.store, config.layout, config.languages) == (1, "S014", "two-row", ["pl", "en"])
    upper, lower = config.buttons["welcome-happy"], config.buttons["served-unhappy"]
    assert (upper.question, upper.answer, upper.faces, upper.signal) == ("welcome", "happy", 2, "experience")
    assert (lower.question, lower.answer, lower.faces, lower.signal) == ("served", "unhappy", 2, "service")
    assert (upper.texts["en"].question, upper.texts["en"].answer) == ("Did you feel welcome?", "I did")
    assert lower.texts["pl"].answer == "Nie było"
    assert question_codes_of(config) == ["welcome", "served"]


def test_three_and_four_faces_speak_with_the_words_of_faces(connection, kiosk_id) -> None:
    three = make(connection, kiosk_id, "three", "welcome")
    assert [three.buttons[name].texts["en"].answer for name in ("happy", "neutral", "unhappy")] == ["Yes", "In part", "No"]
    four = make(connection, kiosk_id, "four", "welcome")
    assert four.buttons["very-unhappy"].texts["pl"].answer == "Zdecydowanie nie"
    assert {button.faces for button in four.buttons.values()} == {4}


def test_every_face_has_words_in_all_six_languages() -> None:
    assert set(WORDS) == {button.answer for buttons in LAYOUTS.values() for button in buttons}
    assert {frozenset(words) for words in WORDS.values()} == {frozenset({"en", "pl", "it", "fa", "ar", "tr"})}


def test_versions_only_grow_and_the_same_again_is_no_new_one(connection, kiosk_id) -> None:
    first = make(connection, kiosk_id, "two", "served")
    assert make(connection, kiosk_id, "two", "served") == first
    assert make(connection, kiosk_id, "two", "waited").version == 2
    set_config_seen(connection, kiosk_id, 30)
    assert make(connection, kiosk_id, "two", "served").version == 31
    assert newest_config(connection, kiosk_id).version == 31
    assert [row.version for row in connection.execute(select(config_versions.c.version))] == [1, 2, 31]


def test_a_changed_wording_is_a_new_version_and_leaves_the_old_buttons_their_meaning(connection, kiosk_id) -> None:
    make(connection, kiosk_id, "two", "served")
    texts = {"pl": {"question": "Czy?", "positive": "Tak", "negative": "Nie"}}
    texts["en"] = texts["pl"]
    new_id = add_question(connection, "served", 2, "service", "CX", [], [], texts, {"origin": "a test"})
    assert make(connection, kiosk_id, "two", "served").version == 2
    asked = {(row.version, row.button): row.question_id for row in connection.execute(select(config_buttons))}
    assert asked[2, "happy"] == new_id
    assert asked[1, "happy"] != new_id


def test_renewing_says_the_same_under_a_version_above_all_that_was_seen(connection, kiosk_id) -> None:
    assert renew(connection, kiosk_id, 5) is None
    first = make(connection, kiosk_id, "two", "served")
    set_config_seen(connection, kiosk_id, 9)
    renewed = renew(connection, kiosk_id, 6)
    assert (renewed.version, renewed.buttons) == (10, first.buttons)
    assert json.loads(connection.execute(select(config_versions.c.body)).scalars().all()[1])["version"] == 10


@pytest.mark.parametrize(
    ("layout", "codes", "store"),
    [
        ("five", ["served"], S014),
        ("two-row", ["served"], S014),
        ("two-row", ["served", "served"], S014),
        ("two", ["no-such"], S014),
        ("two", ["served"], S016),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(connection, kiosk_id, layout, codes, store) -> None:
    with pytest.raises(Unfit):
        make(connection, kiosk_id, layout, *codes, store=store)
