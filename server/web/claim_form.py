"""The form that registers a claim: what was typed, as text, and the wish that it makes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import request

from server.claims.claim import Window
from server.claims.registering import Wish, windows_of
from server.i18n.sentence import Name
from server.survey.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.datastructures import MultiDict

    from server.claims.claim import Claim

LAST_DAY = timedelta(days=1)
QUESTION = "question:"
# What the form begins with: the least that a claim takes.
WEEKS, MATTERS = "4", "3"
EXAMPLE = date(2026, 11, 23)
DAYS = ("before-from", "before-to", "after-from", "after-to")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form; `figure` is a measure or "question:" and a code, `days` the four other days."""

    title: str = ""
    what: str = ""
    plan: str = ""
    figure: str = "experience"
    direction: str = "up"
    start: str = ""
    weeks: str = WEEKS
    days: tuple[str, str, str, str] = ("", "", "", "")
    matters: str = MATTERS
    treated: tuple[str, ...] = ()
    control: tuple[str, ...] = ()
    replaces: str = ""
    repeats: str = ""


def typed_now() -> Typed:
    """What was sent."""
    form = request.form

    def line(name: str) -> str:
        return " ".join(form.get(name, "").split())

    return Typed(
        title=line("title"),
        what=line("what"),
        plan=line("plan"),
        figure=line("figure"),
        direction="down" if form.get("direction") == "down" else "up",
        start=line("start"),
        weeks=line("weeks"),
        days=(line(DAYS[0]), line(DAYS[1]), line(DAYS[2]), line(DAYS[3])),
        matters=line("matters"),
        treated=_codes(form, "treated"),
        control=_codes(form, "control"),
        replaces=line("replaces"),
        repeats=line("repeats"),
    )


def typed_of(claim: Claim, codes: dict[int, str], *, anew: bool) -> Typed:
    """The form for writing a claim anew, or for repeating it: then its stores and days are chosen again."""
    (question,) = (claim.service + claim.experience)[:1]
    found = Typed(
        title=claim.title,
        what=claim.what,
        plan=claim.plan,
        figure=QUESTION + question if claim.measure == "question" else claim.measure,
        direction=claim.direction,
        matters=str(claim.matters),
        repeats=str(claim.repeats or "") if anew else str(claim.id),
    )
    if not anew:
        return found
    days = (claim.before.first, claim.before.last, claim.after.first, claim.after.last)
    usual = windows_of(claim.start, claim.after.days // 7) == (claim.before, claim.after)
    return replace(
        found,
        start=str(claim.start),
        weeks=str(claim.after.days // 7),
        days=("", "", "", "") if usual else (str(days[0]), str(days[1]), str(days[2]), str(days[3])),
        treated=tuple(codes[store] for store in claim.treated),
        control=tuple(codes[store] for store in claim.control),
        replaces=str(claim.id),
    )


def wish_of(typed: Typed) -> Wish:
    """The wish that was typed; raises Refused for days that can not be read."""
    try:
        start = date.fromisoformat(typed.start)
        before, after = windows_of(start, _whole(typed.weeks))
        first, last, then_first, then_last = (date.fromisoformat(day) if day else None for day in typed.days)
        before = Window(first or before.first, last + LAST_DAY if last else before.end)
        after = Window(then_first or after.first, then_last + LAST_DAY if then_last else after.end)
    except (ValueError, OverflowError) as error:
        raise refused("claims.day-wrong", example=Name(EXAMPLE)) from error
    is_question = typed.figure.startswith(QUESTION)
    return Wish(
        title=typed.title,
        what=typed.what,
        plan=typed.plan,
        measure="question" if is_question else typed.figure,
        question=typed.figure.removeprefix(QUESTION) if is_question else "",
        start=start,
        before=before,
        after=after,
        matters=_whole(typed.matters),
        direction=typed.direction,
        treated=typed.treated,
        control=typed.control,
        replaces=_whole(typed.replaces) or None,
        repeats=_whole(typed.repeats) or None,
    )


def _codes(form: MultiDict[str, str], name: str) -> tuple[str, ...]:
    """Ticked stores, or codes typed in a row where there are too many to tick."""
    return tuple(code for text in form.getlist(name) for code in re.split(r"[\s,،;]+", text) if code)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 9 else 0


def options(questions: Sequence[tuple[str, str]], names: dict[str, str]) -> list[tuple[str, str]]:
    """The figures to choose from: both indexes, the gap, then each question of the definition."""
    measures = [(measure, names[measure]) for measure in ("experience", "service", "gap")]
    return measures + [(QUESTION + code, f"{text} ({code})") for code, text in questions]
