"""Reads a library of questions (TOML) into frozen types, or refuses it with a sentence that names the question."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

from server.errors import Unfit
from server.survey.judging import CODE, DIMENSION, LIMITS, SIGNALS, Limits, faults
from server.survey.question import Card, Question, Words
from server.survey.refusals import Refused, refused


class Pair(NamedTuple):
    """Two questions about one moment for the two-row box: the experience in row one, the service in row two."""

    code: str
    is_default: bool
    touchpoints: tuple[str, ...]
    row_one: str
    row_two: str


@dataclass(frozen=True, slots=True)
class Library:
    """Questions and the pairs they form."""

    questions: tuple[Question, ...]
    pairs: tuple[Pair, ...]


def starter_library() -> Library:
    """The questions that every new database gets."""
    return read_library(resources.files("server.survey").joinpath("starter.toml").read_text(encoding="utf-8"))


def read_library(text: str) -> Library:
    """Parse a library; raises Unfit with a sentence for the first thing in it that can not be used."""
    raw = read_toml(text)
    limits, languages = limits_of(raw), languages_of(raw)
    questions = tuple(read_question(entry) for entry in entries_of(raw))
    known = {question.code: question for question in questions}
    if len(known) < len(questions):
        raise Unfit("Two questions have the same code; a code never gets another meaning.")
    for question in questions:
        found = faults(question, languages, limits)
        if found:
            raise Refused(found[:1])
    return Library(questions, tuple(_pair(entry, known) for entry in raw.get("pair", [])))


def read_toml(text: str) -> dict[str, Any]:
    """The file's tables as they are; raises Unfit for what is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unfit(f"The questions can not be read: {error}.") from error


def limits_of(raw: dict[str, Any]) -> Limits:
    """The longest texts that a file allows; never longer than what fits on a kiosk."""
    given = raw.get("longest_text", LIMITS.text), raw.get("longest_answer", LIMITS.answer)
    if not all(isinstance(most, int) and most > 0 for most in given):
        raise Unfit("The longest text and the longest answer are numbers of characters.")
    return Limits(*(min(most, own) for most, own in zip(given, LIMITS, strict=True)))


def languages_of(raw: dict[str, Any]) -> list[str]:
    """The languages that a file says all its questions are written in."""
    languages = raw.get("languages", ["en"])
    if not isinstance(languages, list) or not all(isinstance(one, str) for one in languages):
        raise Unfit("The languages of a library are a list of codes like en or fa.")
    return languages


def entries_of(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """The tables of a file that each hold one question."""
    entries = raw.get("question", [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise Unfit("A library holds its questions as [[question]] tables.")
    return entries


def read_question(raw: dict[str, Any]) -> Question:
    """One question of a file, complete or not; raises Unfit for what has not even a question's form.

    What keeps it from being asked is for `judging.faults` to say.
    """
    code = raw.get("code", "")
    if not isinstance(code, str) or not CODE.match(code):
        raise refused("fault.code", code=str(code))
    version = raw.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise refused("fault.version", code=code)
    if raw.get("signal") not in SIGNALS:
        raise refused("fault.signal", code=code)
    if not re.fullmatch(DIMENSION, str(raw.get("dimension"))):
        raise refused("fault.dimension", code=code)
    return Question(
        code=code,
        version=version,
        signal=raw["signal"],
        dimension=raw["dimension"],
        facets=_names(code, "facets", raw),
        touchpoints=_names(code, "touchpoints", raw),
        texts=_texts(raw),
        card=card_of(raw.get("card")),
    )


def card_of(raw: Any) -> Card:
    """A data card, with "" for what it does not say; nothing at all is an empty card."""
    given = raw if isinstance(raw, dict) else {}
    parts = {name: given.get(name) for name in Card._fields}
    return Card(**{name: part.strip() if isinstance(part, str) else "" for name, part in parts.items()})


def _names(code: str, key: str, raw: dict[str, Any]) -> tuple[str, ...]:
    names = raw.get(key)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise refused(f"fault.{key}", code=code)
    return tuple(names)


def _texts(raw: dict[str, Any]) -> dict[str, Words]:
    """The words of every language that has any of them, "" where one is missing."""
    given: list[Any] = [raw.get(key) for key in ("text", "positive", "negative")]
    parts: list[dict[str, Any]] = [part if isinstance(part, dict) else {} for part in given]
    languages = dict.fromkeys(language for part in parts for language in part)
    found = {language: [part.get(language) for part in parts] for language in languages}
    return {language: Words(*(one if isinstance(one, str) else "" for one in words)) for language, words in found.items()}


def _pair(raw: dict[str, Any], known: dict[str, Question]) -> Pair:
    code = raw.get("code", "")
    rows = (raw.get("row_one"), raw.get("row_two"))
    for row, signal in zip(rows, ("experience", "service"), strict=True):
        if row not in known or known[row].signal != signal:
            raise Unfit(f"Pair {code} needs a question about experience in row one and one about service in row two.")
    return Pair(code, bool(raw.get("default")), _names(code, "touchpoints", raw), str(rows[0]), str(rows[1]))
