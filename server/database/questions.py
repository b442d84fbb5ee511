"""Questions: one row per wording, so that a changed word is a new version and a new series."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from server.database.codes import ANSWERS
from server.database.tables import answers, questions
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row


def add_question(
    connection: Connection,
    code: str,
    version: int,
    signal: str,
    dimension: str,
    facets: Sequence[str],
    touchpoints: Sequence[str],
    texts: Mapping[str, Mapping[str, str]],
    card: Mapping[str, str],
) -> int:
    """Add one wording of a question and return its id.

    `texts` is {language: {"question", "positive", "negative"}}. The survey room checks what they say. Raises Unfit without a
    data card: what is not in the database can not be put on a kiosk. The database refuses a version that exists.
    """
    if not card:
        raise Unfit(f"Question {code} has no data card; without one it can not be put on a kiosk.")
    values = {
        "code": code,
        "version": version,
        "signal": signal,
        "dimension": dimension,
        "facets": _json(list(facets)),
        "touchpoints": _json(list(touchpoints)),
        "texts": _json({language: dict(words) for language, words in texts.items()}),
        "card": _json(dict(card)),
    }
    return int(connection.execute(questions.insert().values(values).returning(questions.c.id)).scalar_one())


def question_by_code(connection: Connection, code: str) -> Row[Any] | None:
    """The latest wording of a question with all its columns, or None."""
    latest = select(questions).where(questions.c.code == code).order_by(questions.c.version.desc()).limit(1)
    return connection.execute(latest).first()


def questions_in_use(connection: Connection) -> list[Row[Any]]:
    """The latest wording of every question, by code."""
    latest = select(questions.c.code, func.max(questions.c.version).label("version")).group_by(questions.c.code).subquery()
    same = (questions.c.code == latest.c.code) & (questions.c.version == latest.c.version)
    return list(connection.execute(select(questions).join(latest, same).order_by(questions.c.code)))


def question_versions(connection: Connection) -> set[tuple[str, int]]:
    """Code and version of every wording there is."""
    return {(code, version) for code, version in connection.execute(select(questions.c.code, questions.c.version))}


def install_answers(connection: Connection) -> None:
    """Give the answers their rows, with the numbers of database.codes.ANSWERS; those that are there stay."""
    there = set(connection.execute(select(answers.c.code)).scalars())
    for code, (number, polarity) in ANSWERS.items():
        if code not in there:
            connection.execute(answers.insert().values(id=number, code=code, polarity=polarity))


def answer_id(code: str) -> int:
    """The number that stands for an answer in big tables; raises Unfit for an answer that does not exist."""
    if code not in ANSWERS:
        raise Unfit(f"There is no answer {code!r}.")
    return ANSWERS[code][0]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
