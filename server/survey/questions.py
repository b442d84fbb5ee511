"""The questions a kiosk may ask: the starter library's installation, finding one, and what to ask when nobody chose."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

from server.database import questions as rows
from server.errors import Unfit
from server.survey import definitions
from server.survey.judging import faults
from server.survey.library import Library, card_of, starter_library
from server.survey.question import Question, Words
from server.survey.refusals import Refused, refused
from wire import layouts

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

_starter = functools.cache(starter_library)


def install_starter(connection: Connection, now_ms: int) -> int:
    """Install answers, starter questions and, in a new database, definition 1; returns how many questions were new."""
    rows.install_answers(connection)
    added = install(connection, _starter(), now_ms)
    definitions.install_first(connection, now_ms)
    return added


def install(connection: Connection, library: Library, now_ms: int) -> int:
    """Add the wordings that are not there yet, active, and return their number; a wording that is there is never touched."""
    there = rows.question_versions(connection)
    new = [question for question in library.questions if (question.code, question.version) not in there]
    for question in new:
        add(connection, question, now_ms, "starter", active=True)
    return len(new)


def add(connection: Connection, question: Question, now_ms: int, made_by: str, *, active: bool) -> None:
    """Add a wording, as a draft unless `active`, which takes the place of the wording before."""
    number = rows.add_question(
        connection,
        question.code,
        question.version,
        question.signal,
        question.dimension,
        question.facets,
        question.touchpoints,
        texts_as_dict(question),
        question.card._asdict(),
        made_ms=now_ms,
        made_by=made_by,
        active_ms=None,
    )
    if active:
        rows.activate(connection, number, question.code, now_ms)


def texts_as_dict(question: Question) -> dict[str, dict[str, str]]:
    """A question's words as they are stored."""
    return {language: words._asdict() for language, words in question.texts.items()}


def question(connection: Connection, code: str) -> Question:
    """The wording of a question that a kiosk may be given.

    Raises Unfit where there is none: an unknown code, a draft, a retired question, one whose data card was lost.
    """
    row = rows.askable(connection, code)
    if row is None:
        there = rows.question_by_code(connection, code)
        name = "unknown" if there is None else "draft" if there.active_ms is None else "retired"
        raise refused(f"fault.{name}", code=code)
    found = read_row(row)
    wrong = faults(found, ())
    if wrong:
        raise Refused(wrong)
    return found


def read_row(row: Row[Any]) -> Question:
    """A stored wording."""
    return Question(
        code=row.code,
        version=row.version,
        signal=row.signal,
        dimension=row.dimension,
        facets=tuple(json.loads(row.facets)),
        touchpoints=tuple(json.loads(row.touchpoints)),
        texts={language: Words(**words) for language, words in json.loads(row.texts).items()},
        card=card_of(json.loads(row.card)),
    )


def default_questions(layout: str, touchpoint: str) -> tuple[str, ...]:
    """The codes to ask when nobody chose, one for each row of the layout.

    The two-row box gets the pair made for its touchpoint, the welcome and served pair where that may stand or where nothing
    is made for the place. A single row asks that pair's experience question: the feeling is what no till can tell.
    Raises Unfit for a layout that does not exist.
    """
    if layout not in layouts.LAYOUTS:
        raise Unfit(f"There is no layout {layout!r}; there are {', '.join(layouts.LAYOUTS)}.")
    place = "-".join(touchpoint.casefold().split())
    pairs = sorted(_starter().pairs, key=lambda pair: not pair.is_default)
    pair = next((pair for pair in pairs if place in pair.touchpoints), pairs[0])
    return (pair.row_one, pair.row_two)[: len(layouts.rows(layout))]
