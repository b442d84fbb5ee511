"""Questions in the reader's words: the list of all, and one with all its wordings, its card and where it is asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from server.i18n.translator import LANGUAGES
from server.survey.judging import faults
from server.survey.questions import read_row
from server.web.figures import touchpoint_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy import Row

    from server.i18n.translator import Translator
    from server.survey.definition import Definition
    from server.survey.question import Question

KNOWN_DIMENSIONS = ("CX", "EX")


class ShownQuestion(NamedTuple):
    """One line of the list; `state` is active, with-draft, is-draft or is-retired."""

    code: str
    text: str
    language: str
    state: str
    where: str
    skills: str
    kind: str
    kiosks: int
    version: int


class ShownGroup(NamedTuple):
    """The questions of one dimension and signal."""

    dimension: str
    words: str
    signal: str
    questions: list[ShownQuestion]


class ShownWording(NamedTuple):
    """One version with its history in sentences."""

    version: int
    state: str
    history: list[str]
    words: list[tuple[str, str, Any]]


def dimension_words(dimension: str, definition: Definition, t: Translator) -> str:
    """Whose experience a dimension is: the customer's, the employee's, or what the chain wrote."""
    if dimension in KNOWN_DIMENSIONS:
        return t.say(f"dimension.{dimension.lower()}")
    label = dict(definition.labels).get(dimension)
    if label:
        return t.say("dimension.named", label=label, dimension=dimension)
    return t.say("dimension.unnamed", dimension=dimension)


def groups_of(rows: Sequence[Row[Any]], asked: Iterable[Row[Any]], definition: Definition, t: Translator) -> list[ShownGroup]:
    """All questions by dimension (customers first) and signal (service first); `rows` are every wording, the latest first."""
    kiosks: dict[int, set[int]] = {}
    for one in asked:
        kiosks.setdefault(one.question_id, set()).add(one.kiosk_id)
    found: dict[tuple[bool, str, bool, str], list[ShownQuestion]] = {}
    for _, same in groupby(rows, key=lambda row: row.code):
        wordings = list(same)
        latest = wordings[0]
        key = (latest.dimension != "CX", latest.dimension, latest.signal != "service", latest.signal)
        standing = set().union(*(kiosks.get(row.id, set()) for row in wordings))
        found.setdefault(key, []).append(_line(wordings, len(standing), t))
    return [
        ShownGroup(dimension, dimension_words(dimension, definition, t), signal, questions)
        for (_, dimension, _, signal), questions in sorted(found.items(), key=lambda item: item[0])
    ]


def state_of(wordings: Sequence[Row[Any]]) -> str:
    """What a question is, from all its wordings, the latest first."""
    askable = any(row.active_ms is not None and row.retired_ms is None for row in wordings)
    if wordings[0].active_ms is None:
        return "with-draft" if askable else "is-draft"
    return "active" if askable else "is-retired"


class ShownOne:
    """What the template of one question places."""

    def __init__(
        self,
        rows: Sequence[Row[Any]],
        asked: Iterable[Row[Any]],
        spoken: Sequence[str],
        definition: Definition,
        t: Translator,
        today: date,
    ) -> None:
        latest, number = rows[0], {row.id: row.version for row in rows}
        shown = next((row for row in rows if row.active_ms is not None and row.retired_ms is None), latest)
        question = read_row(latest)
        self.code = latest.code
        self.text, self.language = text_of(read_row(shown), t)
        self.signal = latest.signal
        self.dimension = dimension_words(latest.dimension, definition, t)
        self.state = state_of(rows)
        self.card = [(t.say(f"card.{name}"), _card_words(name, part, t)) for name, part in question.card._asdict().items()]
        self.where = _places(question, t)
        self.skills = _skills(question, t)
        self.is_draft = latest.active_ms is None
        self.missing = [t.tell(one) for one in faults(question, spoken)] if self.is_draft else []
        self.askable = self.state in {"active", "with-draft"}
        self.wordings = [_wording(row, t, today) for row in rows]
        self.asked = [
            (one.store, one.kiosk, touchpoint_words(one.touchpoint, t), number[one.question_id])
            for one in asked
            if one.question_id in number
        ]
        active = shown.version if self.askable else 0
        self.older = sum(version < active for *_, version in self.asked)


def _line(wordings: Sequence[Row[Any]], kiosks: int, t: Translator) -> ShownQuestion:
    shown = next((row for row in wordings if row.active_ms is not None and row.retired_ms is None), wordings[0])
    question = read_row(shown)
    text, language = text_of(question, t)
    kind = question.card.kind
    return ShownQuestion(
        code=question.code,
        text=text,
        language=language,
        state=state_of(wordings),
        where=_places(question, t),
        skills=_skills(question, t),
        kind=t.say(f"kind.{kind}") if t.known(f"kind.{kind}") else "",
        kiosks=kiosks,
        version=question.version,
    )


def text_of(question: Question, t: Translator) -> tuple[str, str]:
    """The question in the reader's language, else in the first it has; and which that is."""
    for language in (t.language, "en", *question.texts):
        if language in question.texts and question.texts[language].question:
            return question.texts[language].question, language
    return question.code, "en"


def _places(question: Question, t: Translator) -> str:
    return t.listed(*(touchpoint_words(name, t) for name in question.touchpoints))


def _skills(question: Question, t: Translator) -> str:
    return t.listed(*(t.say(f"facet.{name}") if t.known(f"facet.{name}") else name for name in question.facets))


def _card_words(name: str, part: str, t: Translator) -> str:
    if name == "kind" and t.known(f"kind.{part}"):
        return t.say(f"kind.{part}")
    return part


def _wording(row: Row[Any], t: Translator, today: date) -> ShownWording:
    def day(at_ms: int) -> str:
        return t.formats.long_day(datetime.fromtimestamp(at_ms / 1000, UTC).date())

    made = "question.made-starter" if row.made_by == "starter" else "question.made"
    history = [t.say(made, date=day(row.made_ms), **({} if row.made_by == "starter" else {"who": row.made_by}))]
    if row.made_ms == 0:
        history = []
    if row.active_ms:
        history.append(t.say("question.active-since", date=day(row.active_ms)))
    if row.retired_ms is not None:
        history.append(t.say("question.retired-since", date=day(row.retired_ms)))
    state = "is-draft" if row.active_ms is None else "active" if row.retired_ms is None else "is-retired"
    texts = json.loads(row.texts)
    order = [*(language for language in LANGUAGES if language in texts), *sorted(set(texts) - set(LANGUAGES))]
    return ShownWording(row.version, state, history, [(one, LANGUAGES.get(one, one), texts[one]) for one in order])
