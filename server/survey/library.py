"""Reads a library of questions (TOML) into frozen types, or refuses it with a sentence that names the question."""

from __future__ import annotations

import re
import tomllib
from dataclasses import asdict, dataclass
from importlib import resources
from typing import Any, NamedTuple

from server.errors import Unfit

SIGNALS = ("service", "experience")
KINDS = ("descriptive", "attitudinal", "behavioural")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")


class Words(NamedTuple):
    """A question in one language: its sentence, and the words at the happy and at the unhappy face."""

    question: str
    positive: str
    negative: str


@dataclass(frozen=True, slots=True)
class Card:
    """A question's data card: where its data comes from, what for, where it goes, and what kind of data it is."""

    origin: str
    purpose: str
    outcome: str
    insight: str
    destination: str
    kind: str


@dataclass(frozen=True, slots=True)
class Question:
    """One wording of a question, in all its languages, with its data card."""

    code: str
    version: int
    signal: str
    dimension: str
    facets: tuple[str, ...]
    touchpoints: tuple[str, ...]
    texts: dict[str, Words]
    card: Card


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
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unfit(f"The questions can not be read: {error}.") from error
    longest = int(raw.get("longest_text", 45)), int(raw.get("longest_answer", 24))
    questions = tuple(_question(entry, raw.get("languages", ["en"]), longest) for entry in raw.get("question", []))
    known = {question.code: question for question in questions}
    if len(known) < len(questions):
        raise Unfit("Two questions have the same code; a code never gets another meaning.")
    return Library(questions, tuple(_pair(entry, known) for entry in raw.get("pair", [])))


def card_of(code: str, raw: Any) -> Card:
    """A question's data card; raises Unfit when it is missing or empty in part, and for identity data."""
    if not isinstance(raw, dict) or not raw:
        raise Unfit(f"Question {code} has no data card; without one it can not be put on a kiosk.")
    for name in Card.__dataclass_fields__:
        if not isinstance(raw.get(name), str) or not raw[name].strip():
            raise Unfit(f"The data card of question {code} does not say its {name}.")
    if raw["kind"] == "identity":
        raise Unfit(f"Question {code} asks for identity data; Salve never asks who somebody is.")
    if raw["kind"] not in KINDS:
        raise Unfit(f"The data card of question {code} must name a kind of data: {', '.join(KINDS)}.")
    return Card(**{name: raw[name] for name in Card.__dataclass_fields__})


def card_as_dict(card: Card) -> dict[str, str]:
    """The card as it is stored and exported."""
    return asdict(card)


def _question(raw: dict[str, Any], languages: list[str], longest: tuple[int, int]) -> Question:
    code = raw.get("code", "")
    if not isinstance(code, str) or not CODE.match(code):
        raise Unfit(f"A question's code has small letters, digits and dashes, at most 40, not {code!r}.")
    version = raw.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Unfit(f"Question {code} needs a version, 1 or more.")
    if raw.get("signal") not in SIGNALS:
        raise Unfit(f"Question {code} must be about service or experience, not {raw.get('signal')!r}.")
    if not re.fullmatch(r"[A-Z]X", str(raw.get("dimension"))):
        raise Unfit(f"Question {code} must say whose experience it is: CX, EX or another dimension of two letters.")
    return Question(
        code=code,
        version=version,
        signal=raw["signal"],
        dimension=raw["dimension"],
        facets=_names(code, "facets", raw),
        touchpoints=_names(code, "touchpoints", raw),
        texts={language: _words(code, raw, language, longest) for language in languages},
        card=card_of(code, raw.get("card")),
    )


def _names(code: str, key: str, raw: dict[str, Any]) -> tuple[str, ...]:
    names = raw.get(key)
    if not isinstance(names, list) or not names or not all(isinstance(name, str) and name for name in names):
        raise Unfit(f"Question {code} needs a list of {key}.")
    return tuple(names)


def _words(code: str, raw: dict[str, Any], language: str, longest: tuple[int, int]) -> Words:
    found = []
    for key, most in (("text", longest[0]), ("positive", longest[1]), ("negative", longest[1])):
        words = raw.get(key, {}).get(language)
        if not isinstance(words, str) or not words.strip():
            raise Unfit(f"Question {code} has no {key} in language {language}.")
        if len(words) > most:
            raise Unfit(f"Question {code} has more than {most} characters in its {key} in language {language}.")
        found.append(words)
    return Words(*found)


def _pair(raw: dict[str, Any], known: dict[str, Question]) -> Pair:
    code = raw.get("code", "")
    rows = (raw.get("row_one"), raw.get("row_two"))
    for row, signal in zip(rows, ("experience", "service"), strict=True):
        if row not in known or known[row].signal != signal:
            raise Unfit(f"Pair {code} needs a question about experience in row one and one about service in row two.")
    return Pair(code, bool(raw.get("default")), _names(code, "touchpoints", raw), str(rows[0]), str(rows[1]))
