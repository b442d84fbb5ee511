"""The form in which a question is drafted or worded anew: read into a question, and filled from one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from server.database.stores import printable
from server.errors import Unfit
from server.i18n.translator import LANGUAGES
from server.survey.library import read_question
from server.survey.question import Card, Question, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

FACETS = (
    *("welcome", "empathy", "listening", "care", "foresight", "juggling"),
    *("determination", "problem-solving", "inventiveness", "risk", "consistency", "order-of-store"),
)
TOUCHPOINTS = ("entrance", "fitting-room", "checkout", "service-desk", "exit", "staff-room")
DIMENSIONS = ("CX", "EX", "LX", "IX", "VX", "TX")
DIMENSION_OPTIONS = tuple((name, name) for name in DIMENSIONS)
KINDS = ("attitudinal", "behavioural", "descriptive", "identity")
LONGEST_PART = 1000
EMPTY = Question("", 1, "experience", "CX", (), (), {}, Card("", "", "", "", "", ""))


def read_form(code: str) -> Question:
    """What stands in the form, as a question with version 1; raises Unfit for what has not a question's form."""
    form = request.form
    texts = {}
    for language in LANGUAGES:
        words = Words(*(_line(form.get(f"{part}-{language}", "")) for part in ("text", "positive", "negative")))
        if any(words):
            texts[language] = words
    raw = {
        "code": code,
        "version": 1,
        "signal": form.get("signal", ""),
        "dimension": form.get("dimension", ""),
        "facets": _listed("facets"),
        "touchpoints": _listed("touchpoints"),
        **{
            key: {language: words[at] for language, words in texts.items()}
            for at, key in enumerate(("text", "positive", "negative"))
        },
        "card": {name: " ".join(form.get(f"card-{name}", "").split())[:LONGEST_PART] for name in Card._fields},
    }
    return read_question(raw)


def typed() -> Question:
    """What was typed as it stands, to be shown again; nothing in it need fit."""
    form = request.form
    texts = {
        language: Words(*(form.get(f"{part}-{language}", "") for part in ("text", "positive", "negative")))
        for language in LANGUAGES
    }
    card = Card(*(form.get(f"card-{name}", "") for name in Card._fields))
    facets, places = (tuple(form.getlist(key)) + tuple(_more(key)) for key in ("facets", "touchpoints"))
    return Question(form.get("code", ""), 1, form.get("signal", ""), form.get("dimension", ""), facets, places, texts, card)


def others(names: Iterable[str], known: Iterable[str]) -> str:
    """The names that no box stands for, as the line for others holds them."""
    return ", ".join(name for name in names if name not in set(known))


def _listed(key: str) -> list[str]:
    return list(dict.fromkeys([*request.form.getlist(key), *_more(key)]))


def _more(key: str) -> list[str]:
    text = request.form.get(f"more-{key}", "").replace("،", ",").replace("、", ",")
    return [part.strip() for part in text.split(",") if part.strip()]


def _line(text: str) -> str:
    try:
        return printable("text", text.strip())
    except Unfit:
        return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
