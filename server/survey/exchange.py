"""Questions from and to a file, in the form of the starter library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from server.database import questions as rows
from server.errors import Unfit
from server.survey.drafting import spoken_languages
from server.survey.judging import LIMITS, faults
from server.survey.library import entries_of, languages_of, limits_of, read_question, read_toml
from server.survey.questions import add, read_row
from server.survey.refusals import Refused, refused

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Connection

    from server.survey.judging import Limits
    from server.survey.question import Question


class Outcome(NamedTuple):
    """What became of one question of a file: "added", "unchanged" or "refused", which `why` explains."""

    code: str
    what: str
    why: str = ""


def import_questions(connection: Connection, text: str, now_ms: int, made_by: str, *, active: bool = True) -> list[Outcome]:
    """Take in what can be asked, question by question, as active wordings or as drafts; the same file again changes nothing.

    Raises Unfit for a file that holds no questions in this form. Pairs are for the starter library alone and are not read.
    """
    raw = read_toml(text)
    limits, languages = limits_of(raw), languages_of(raw)
    wanted = [*languages, *spoken_languages(connection)] if active else []
    outcomes: list[Outcome] = []
    seen: set[str] = set()
    for entry in entries_of(raw):
        code = str(entry.get("code", "?"))
        try:
            if code in seen:
                raise refused("fault.twice", code=code)
            seen.add(code)
            done = _take(connection, entry, wanted, limits, now_ms, made_by, active=active)
            outcomes.append(Outcome(code, done))
        except Unfit as error:
            outcomes.append(Outcome(code, "refused", str(error)))
    return outcomes


def export_questions(connection: Connection) -> str:
    """The wordings that kiosks may be given now, as a file that import_questions reads."""
    found = [read_row(row) for row in rows.wordings(connection) if row.active_ms is not None and row.retired_ms is None]
    shared = [language for language in found[0].texts if all(language in one.texts for one in found)] if found else ["en"]
    head = [f"languages = {_quoted(shared)}", f"longest_text = {LIMITS.text}", f"longest_answer = {LIMITS.answer}", ""]
    return "\n".join(["# The questions that this chain's kiosks may ask.", *head, *(_table(one) for one in found)])


def _take(
    connection: Connection,
    entry: dict[str, Any],
    languages: list[str],
    limits: Limits,
    now_ms: int,
    made_by: str,
    *,
    active: bool,
) -> str:
    question = read_question(entry)
    there = rows.wordings(connection, question.code)
    same = next((row for row in there if row.version == question.version), None)
    if same is not None and read_row(same) == question:
        return "unchanged"
    if same is not None:
        raise refused("fault.other-words", code=question.code, version=question.version)
    for row in there:
        if (row.signal, row.dimension) != (question.signal, question.dimension):
            raise refused("fault.other-meaning", code=question.code)
        if row.version > question.version:
            raise refused("fault.old-version", code=question.code, version=question.version)
    wrong = faults(question, languages, limits)
    if wrong and active:
        raise Refused(wrong)
    add(connection, question, now_ms, made_by, active=active)
    return "added"


def _table(question: Question) -> str:
    lines = ["[[question]]", f"code = {_quoted(question.code)}", f"version = {question.version}"]
    for name in ("signal", "dimension", "touchpoints", "facets"):
        value = getattr(question, name)
        lines.append(f"{name} = {_quoted(list(value) if isinstance(value, tuple) else value)}")
    for key, part in (("text", "question"), ("positive", "positive"), ("negative", "negative")):
        lines.append(f"[question.{key}]")
        lines += [f"{language} = {_quoted(getattr(words, part))}" for language, words in question.texts.items()]
    lines.append("[question.card]")
    lines += [f"{name} = {_quoted(part)}" for name, part in question.card._asdict().items()]
    return "\n".join([*lines, ""])


def _quoted(value: str | list[str]) -> str:
    # A JSON string or list of strings is one of TOML too, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
