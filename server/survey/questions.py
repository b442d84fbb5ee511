"""The questions a kiosk may ask: the starter library's installation, finding one, and what to ask when nobody chose."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

from server.database import questions as rows
from server.errors import Unfit
from server.survey import definitions
from server.survey.library import Library, Question, Words, card_as_dict, card_of, starter_library
from wire import layouts

if TYPE_CHECKING:
    from sqlalchemy import Connection

_starter = functools.cache(starter_library)


def install_starter(connection: Connection, now_ms: int) -> int:
    """Install answers, starter questions and, in a new database, definition 1; returns how many questions were new."""
    rows.install_answers(connection)
    added = install(connection, _starter())
    definitions.install_first(connection, now_ms)
    return added


def install(connection: Connection, library: Library) -> int:
    """Add the wordings that are not there yet and return their number; a wording that is there is never touched."""
    there = rows.question_versions(connection)
    new = [question for question in library.questions if (question.code, question.version) not in there]
    for question in new:
        rows.add_question(
            connection,
            question.code,
            question.version,
            question.signal,
            question.dimension,
            question.facets,
            question.touchpoints,
            {language: words._asdict() for language, words in question.texts.items()},
            card_as_dict(question.card),
        )
    return len(new)


def question(connection: Connection, code: str) -> Question:
    """The latest wording of a question, fit to be put on a kiosk; raises Unfit when there is none or it has no data card."""
    row = rows.question_by_code(connection, code)
    if row is None:
        raise Unfit(f"There is no question {code}.")
    return Question(
        code=row.code,
        version=row.version,
        signal=row.signal,
        dimension=row.dimension,
        facets=tuple(json.loads(row.facets)),
        touchpoints=tuple(json.loads(row.touchpoints)),
        texts={language: Words(**words) for language, words in json.loads(row.texts).items()},
        card=card_of(row.code, json.loads(row.card)),
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
