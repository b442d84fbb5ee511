"""Questions: one row per wording, so that a changed word is a new version and a new series."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select, update

from server.database.codes import ANSWERS
from server.database.tables import answers, config_buttons, config_versions, kiosks, placements, questions, stores
from server.errors import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

JSON_COLUMNS = frozenset({"facets", "touchpoints", "texts", "card"})
_ASKABLE = and_(questions.c.active_ms.is_not(None), questions.c.retired_ms.is_(None))


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
    *,
    made_ms: int = 0,
    made_by: str = "starter",
    active_ms: int | None = 0,
) -> int:
    """Add one wording of a question and return its id; one without `active_ms` is a draft.

    `texts` is {language: {"question", "positive", "negative"}}. The survey room checks what they say. Raises Unfit for an
    active one without a data card: it could be put on a kiosk. The database refuses a version that exists.
    """
    if not card and active_ms is not None:
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
        "made_ms": made_ms,
        "made_by": made_by,
        "active_ms": active_ms,
    }
    return int(connection.execute(questions.insert().values(values).returning(questions.c.id)).scalar_one())


def question_by_code(connection: Connection, code: str) -> Row[Any] | None:
    """The latest wording of a question with all its columns, or None."""
    latest = select(questions).where(questions.c.code == code).order_by(questions.c.version.desc()).limit(1)
    return connection.execute(latest).first()


def askable(connection: Connection, code: str) -> Row[Any] | None:
    """The wording of a question that a kiosk may be given: the latest active one that is not retired, or None."""
    found = select(questions).where(questions.c.code == code, _ASKABLE).order_by(questions.c.version.desc()).limit(1)
    return connection.execute(found).first()


def wordings(connection: Connection, code: str | None = None) -> list[Row[Any]]:
    """Every wording of one question, or of all, by code, the latest first."""
    found = select(questions).order_by(questions.c.code, questions.c.version.desc())
    return list(connection.execute(found if code is None else found.where(questions.c.code == code)))


def rewrite_draft(connection: Connection, question_id: int, **values: object) -> bool:
    """Write another content over a draft; False where it is none (any more): an active wording never changes."""
    draft = (questions.c.id == question_id) & questions.c.active_ms.is_(None)
    written = {name: _json(value) if name in JSON_COLUMNS else value for name, value in values.items()}
    return connection.execute(update(questions).where(draft).values(**written)).rowcount == 1


def activate(connection: Connection, question_id: int, code: str, now_ms: int) -> bool:
    """Make a draft the wording that kiosks are given, in place of the one before; False where it is no draft."""
    draft = (questions.c.id == question_id) & questions.c.active_ms.is_(None)
    if connection.execute(update(questions).where(draft).values(active_ms=now_ms)).rowcount != 1:
        return False
    before = (questions.c.code == code) & (questions.c.id != question_id) & _ASKABLE
    connection.execute(update(questions).where(before).values(retired_ms=now_ms))
    return True


def retire(connection: Connection, code: str, now_ms: int) -> int:
    """Let no kiosk be given any wording of a question any more; returns how many wordings that ended."""
    return connection.execute(update(questions).where(questions.c.code == code, _ASKABLE).values(retired_ms=now_ms)).rowcount


def asked_now(connection: Connection) -> list[Row[Any]]:
    """What standing kiosks are set up to ask: question id, kiosk's id and code, store's id and code, touchpoint."""
    newest = (
        select(config_versions.c.kiosk_id, func.max(config_versions.c.version).label("version"))
        .group_by(config_versions.c.kiosk_id)
        .subquery()
    )
    same = (config_buttons.c.kiosk_id == newest.c.kiosk_id) & (config_buttons.c.version == newest.c.version)
    columns: tuple[Any, ...] = (
        *(config_buttons.c.question_id, kiosks.c.id.label("kiosk_id"), kiosks.c.code.label("kiosk")),
        *(stores.c.id.label("store_id"), stores.c.code.label("store"), placements.c.touchpoint),
    )
    found = (
        select(*columns)
        .join(newest, same)
        .join(kiosks, kiosks.c.id == config_buttons.c.kiosk_id)
        .join(placements, (placements.c.kiosk_id == kiosks.c.id) & placements.c.until_ms.is_(None))
        .join(stores, stores.c.id == placements.c.store_id)
        .where(kiosks.c.disabled_ms.is_(None))
        .distinct()
        .order_by(stores.c.code, kiosks.c.code)
    )
    return list(connection.execute(found))


def questions_in_use(connection: Connection) -> list[Row[Any]]:
    """The latest wording that was ever active of every question, by code."""
    latest = (
        select(questions.c.code, func.max(questions.c.version).label("version"))
        .where(questions.c.active_ms.is_not(None))
        .group_by(questions.c.code)
        .subquery()
    )
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
