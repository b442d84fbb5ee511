"""What a kiosk shows and asks: made from its place, its layout and its questions, and kept under a version for ever."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from server.database.codes import ANSWERS
from server.database.kiosks import config_body, kiosk_by_id, newest_config_version, next_config_version, set_config_seen
from server.database.placements import ButtonRow, add_config, buttons_of_config, placement_with_store
from server.database.questions import askable, install_answers, question_by_code
from server.errors import Unfit
from server.fleet.faces import WORDS
from wire.layouts import LAYOUTS, Button, rows
from wire.messages import ButtonMeaning, ButtonText, Config

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

# A version is a 32-bit number, and the next one must fit; a kiosk that claims more has a damaged file.
HIGHEST_BELIEVED = 2**31 - 1_000_000
# Not at its first use: several threads that are the first at once crash the process (msgspec 0.22).
_CONFIG = msgspec.json.Decoder(Config)
# With two faces the question's own words answer it; `positive` and `negative` name them in the question's texts.
OWN_WORDS = {"happy": "positive", "unhappy": "negative"}


def check_questions(
    connection: Connection, layout: str, question_codes: Sequence[str], wanted: Sequence[str]
) -> tuple[list[Row[Any]], list[str]]:
    """The latest wordings of these questions, one per row of the layout, and which of the wanted languages all are written in.

    Raises Unfit when layout, questions and languages do not fit each other, and for a question that is a draft or retired.
    """
    if layout not in LAYOUTS:
        raise Unfit(f"There is no layout {layout}; there are {', '.join(LAYOUTS)}.")
    if len(question_codes) != len(rows(layout)) or len(set(question_codes)) != len(question_codes):
        given = ", ".join(question_codes) or "none"
        raise Unfit(f"The layout {layout} asks {len(rows(layout))} question(s), one a row and each another; given: {given}.")
    found = [_askable(connection, code) for code in question_codes]
    # Employees' presses have their own access rule; a box that asks both would tell whose press it was by the row.
    if len({question.dimension for question in found}) > 1:
        raise Unfit("One kiosk asks customers or employees, not both; give it questions of one dimension.")
    return found, _languages(wanted, found)


def make_config(
    connection: Connection, kiosk_id: int, placement_id: int, layout: str, question_codes: Sequence[str], now_ms: int
) -> Config:
    """The kiosk's configuration for this place and these questions, one per row of the layout, the upper row first.

    It is a new version, unless the newest one says the same. Raises Unfit when layout, questions and languages do not fit.
    """
    place = placement_with_store(connection, placement_id)
    found, languages = check_questions(connection, layout, question_codes, json.loads(place.languages))
    buttons: dict[str, ButtonMeaning] = {}
    meanings: list[ButtonRow] = []
    for row, question in zip(rows(layout), found, strict=True):
        for button in row:
            buttons[button.name] = _meaning(button, len(row), question, languages)
            meanings.append(ButtonRow(button.name, int(question.id), ANSWERS[button.answer][0], len(row)))
    config = Config(0, placement_id, place.code, languages, layout, buttons)
    newest = newest_config(connection, kiosk_id)
    if newest is not None and replace(newest, version=0) == config and _same_wording(connection, kiosk_id, newest, meanings):
        return newest
    install_answers(connection)
    return _store(connection, kiosk_id, config, meanings, now_ms)


def renew(connection: Connection, kiosk_id: int, now_ms: int) -> Config | None:
    """The newest configuration again under a version above all that the kiosk has seen; None when it never had one.

    A restored server may know less than the kiosk: without this, versions would get another meaning.
    """
    newest = newest_config(connection, kiosk_id)
    if newest is None:
        return None
    return _store(connection, kiosk_id, newest, buttons_of_config(connection, kiosk_id, newest.version), now_ms)


def newest_config(connection: Connection, kiosk_id: int) -> Config | None:
    """The kiosk's configuration of the highest version; None when it never had one."""
    body = config_body(connection, kiosk_id, newest_config_version(connection, kiosk_id))
    return None if body is None else read_config(body)


def read_config(body: str) -> Config:
    """A configuration from the JSON that was kept of it."""
    return _CONFIG.decode(body)


def question_codes_of(config: Config) -> list[str]:
    """The questions of a configuration, one per row of its layout, the upper row first."""
    return [config.buttons[row[0].name].question for row in rows(config.layout)]


def _askable(connection: Connection, code: str) -> Row[Any]:
    found = askable(connection, code)
    if found is not None:
        return found
    there = question_by_code(connection, code)
    if there is None:
        raise Unfit(f"There is no question {code}.")
    if there.active_ms is None:
        raise Unfit(f"Question {code} is a draft; it can be put on a kiosk once it is activated.")
    raise Unfit(f"Question {code} is retired; give the kiosk another question.")


def _store(connection: Connection, kiosk_id: int, config: Config, meanings: Sequence[ButtonRow], now_ms: int) -> Config:
    seen = kiosk_by_id(connection, kiosk_id).config_seen
    version = next_config_version(connection, seen)
    config = replace(config, version=version)
    body = msgspec.json.encode(config).decode()
    add_config(connection, kiosk_id, version, config.placement, body, meanings, now_ms)
    set_config_seen(connection, kiosk_id, version)
    return config


def _same_wording(connection: Connection, kiosk_id: int, newest: Config, meanings: Sequence[ButtonRow]) -> bool:
    # Words can be the same while the question's version is another: a changed word in a language that is not shown here.
    return sorted(buttons_of_config(connection, kiosk_id, newest.version)) == sorted(meanings)


def _languages(wanted: Sequence[str], questions: Sequence[Row[Any]]) -> list[str]:
    spoken = [language for language in wanted if all(_speaks(question, language) for question in questions)]
    if not spoken:
        codes = " and ".join(question.code for question in questions)
        raise Unfit(f"The store's languages ({', '.join(wanted)}) are none of those that {codes} is written in.")
    return spoken


def _speaks(question: Row[Any], language: str) -> bool:
    return language in json.loads(question.texts) and all(language in words for words in WORDS.values())


def _meaning(button: Button, faces: int, question: Row[Any], languages: Sequence[str]) -> ButtonMeaning:
    texts: Mapping[str, Mapping[str, str]] = json.loads(question.texts)
    words = {}
    for language in languages:
        own = texts[language]
        words[language] = ButtonText(own["question"], _word(button, faces, own, language))
    return ButtonMeaning(question.code, button.answer, faces, words, question.signal)


def _word(button: Button, faces: int, own: Mapping[str, str], language: str) -> str:
    if faces == len(OWN_WORDS):
        return own[OWN_WORDS[button.answer]]
    return WORDS[button.answer][language]
