"""A question's life: drafted, worded anew, activated, retired. What was asked once stays as it was asked."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from server.database import questions as rows
from server.database.stores import all_stores
from server.i18n.translator import LANGUAGES
from server.survey.judging import faults
from server.survey.questions import add, read_row, texts_as_dict
from server.survey.refusals import Refused, refused

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from server.survey.question import Question


def spoken_languages(connection: Connection) -> list[str]:
    """The languages of the chain's stores that pages and kiosks know: any of them may be given any question."""
    spoken = {language for store in all_stores(connection) for language in json.loads(store.languages)}
    return [language for language in LANGUAGES if language in spoken] or ["en"]


def draft(connection: Connection, question: Question, now_ms: int, made_by: str) -> None:
    """Keep a new question as a draft; raises Refused for a code that there is."""
    if rows.question_by_code(connection, question.code) is not None:
        raise refused("fault.exists", code=question.code)
    add(connection, question, now_ms, made_by, active=False)


def reword(connection: Connection, question: Question, now_ms: int, made_by: str) -> int:
    """Keep another wording of a question as a draft and return its version.

    It is a new version, or takes the place of the draft there is: nobody pressed that one yet. Raises Refused for a question
    that there is not, and for another signal or dimension: a code never gets another meaning.
    """
    latest = rows.question_by_code(connection, question.code)
    if latest is None:
        raise refused("fault.unknown", code=question.code)
    alone = latest.active_ms is None and latest.version == 1
    if not alone and (latest.signal, latest.dimension) != (question.signal, question.dimension):
        raise refused("fault.other-meaning", code=question.code)
    if latest.active_ms is None:
        rows.rewrite_draft(connection, latest.id, **_content(question), made_ms=now_ms, made_by=made_by)
        return int(latest.version)
    new = replace(question, version=latest.version + 1)
    add(connection, new, now_ms, made_by, active=False)
    return new.version


def activate(connection: Connection, code: str, now_ms: int) -> int:
    """Let kiosks be given the draft of a question, in place of its wording before; returns the version.

    Raises Refused with every reason why it can not be asked in all languages of the chain's stores, or where there is no draft.
    """
    latest = _latest(connection, code)
    wrong = faults(read_row(latest), spoken_languages(connection))
    if wrong:
        raise Refused(wrong)
    if not rows.activate(connection, latest.id, code, now_ms):
        raise refused("fault.no-draft", code=code)
    return int(latest.version)


def retire(connection: Connection, code: str, now_ms: int) -> None:
    """Let no kiosk be given a question any more; kiosks that ask it go on until they are given another. Raises Refused."""
    _latest(connection, code)
    if not rows.retire(connection, code, now_ms):
        raise refused("fault.not-active", code=code)


def _latest(connection: Connection, code: str) -> Row[Any]:
    latest = rows.question_by_code(connection, code)
    if latest is None:
        raise refused("fault.unknown", code=code)
    return latest


def _content(question: Question) -> dict[str, object]:
    return {
        "signal": question.signal,
        "dimension": question.dimension,
        "facets": list(question.facets),
        "touchpoints": list(question.touchpoints),
        "texts": texts_as_dict(question),
        "card": question.card._asdict(),
    }
