"""Definitions in the reader's words: what makes up service and experience, targets, least count, weights of HX."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from server.survey.questions import read_row
from server.web.question_page import dimension_words, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Row

    from server.i18n.translator import Translator
    from server.survey.definitions import Declared


class ShownAsked(NamedTuple):
    """A question of a definition, in the reader's language where it has it."""

    code: str
    text: str
    language: str


class ShownSignal(NamedTuple):
    """One of the two signals: its questions, and the target in words."""

    name: str
    questions: list[ShownAsked]
    target: str


class ShownDefinition(NamedTuple):
    """One version as the page places it."""

    version: int
    declared: str
    signals: list[ShownSignal]
    least: str
    weights: list[tuple[str, str]]


def shown_definition(one: Declared, texts: dict[str, ShownAsked], t: Translator) -> ShownDefinition:
    """A version in words; `texts` are the questions by code."""
    definition = one.definition
    who = t.say("definitions.starter") if one.made_by == "starter" else one.made_by
    day = datetime.fromtimestamp(one.made_ms / 1000, UTC).date()
    return ShownDefinition(
        version=definition.version,
        declared=t.say("definitions.declared", date=t.formats.long_day(day), who=who),
        signals=[
            ShownSignal("service", _asked(definition.service, texts), _target(definition.target_service, t)),
            ShownSignal("experience", _asked(definition.experience, texts), _target(definition.target_experience, t)),
        ],
        least=t.say("definitions.least-text", n=definition.least_count),
        weights=[(dimension_words(name, definition, t), hundredths(weight, t)) for name, weight in definition.weights],
    )


def texts_of(rows: Iterable[Row[Any]], t: Translator) -> dict[str, ShownAsked]:
    """Each question's latest words; `rows` are all wordings, the latest of each question first."""
    found: dict[str, ShownAsked] = {}
    for row in rows:
        if row.code not in found:
            found[row.code] = ShownAsked(row.code, *text_of(read_row(row), t))
    return found


def may_be_named(rows: Iterable[Row[Any]], signal: str, kept: Sequence[str]) -> list[str]:
    """The customers' questions that the next version may name for a signal: active ones, and those of the version before."""
    fit = {
        row.code
        for row in rows
        if (row.dimension, row.signal) == ("CX", signal)
        and row.active_ms is not None
        and (row.retired_ms is None or row.code in kept)
    }
    return sorted(fit)


def hundredths(share: float, t: Translator) -> str:
    """A share as a number of 100, with as few decimals as it needs."""
    number = round(100 * share, 2)
    decimals = 0 if number == int(number) else 1 if round(number, 1) == number else 2
    return t.formats.number(number, decimals)


def _asked(codes: Iterable[str], texts: dict[str, ShownAsked]) -> list[ShownAsked]:
    return [texts.get(code, ShownAsked(code, code, "en")) for code in codes]


def _target(target: float | None, t: Translator) -> str:
    return t.say("definitions.target-none") if target is None else hundredths(target, t)
