"""What keeps a question off kiosks: missing words, words too long, no data card, data that nobody may ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from server.i18n.sentence import Sentence
from server.survey.identity import identity_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.i18n.sentence import Value
    from server.survey.question import Question

SIGNALS = ("service", "experience")
KINDS = ("attitudinal", "behavioural")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
DIMENSION = r"[A-Z]X"
PARTS = ("question", "positive", "negative")


class Limits(NamedTuple):
    """The most characters of a question and of an answer: what is read at a glance from two metres."""

    text: int
    answer: int


LIMITS = Limits(text=45, answer=24)


def faults(question: Question, languages: Iterable[str], limits: Limits = LIMITS) -> list[Sentence]:
    """Every reason why a question can not be asked in these languages; none where it can."""
    wanted = dict.fromkeys([*languages, *question.texts])
    found = [] if wanted else [Sentence("fault.no-language", values={"code": question.code})]
    for language in wanted:
        found += _faults_of_words(question, language, limits)
    return found + _faults_of_card(question)


def _faults_of_words(question: Question, language: str, limits: Limits) -> list[Sentence]:
    words = question.texts.get(language)
    found = []
    for name in PARTS:
        text = "" if words is None else getattr(words, name).strip()
        most = limits.text if name == "question" else limits.answer
        about: dict[str, Value] = {"code": question.code, "part": Sentence(f"part.{name}"), "language": language}
        if not text:
            found.append(Sentence("fault.no-words", values=about))
        elif len(text) > most:
            found.append(Sentence("fault.too-long", values=about | {"most": most}))
        word = identity_word(text, language)
        if word:
            found.append(Sentence("fault.identity-word", values=about | {"word": word}))
    return found


def _faults_of_card(question: Question) -> list[Sentence]:
    code, card = question.code, question.card
    if not any(card):
        return [Sentence("fault.no-card", values={"code": code})]
    found = [
        Sentence("fault.card-part", values={"code": code, "part": Sentence(f"card.{name}")})
        for name, part in card._asdict().items()
        if not part
    ]
    if card.kind in {"identity", "descriptive"}:
        found.append(Sentence(f"fault.kind-{card.kind}", values={"code": code}))
    elif card.kind and card.kind not in KINDS:
        found.append(Sentence("fault.kind", values={"code": code}))
    return found
