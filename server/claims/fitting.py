"""Why a wish can not be registered: its words, its days, its stores."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from server.analysis.claims import can_be_tested, controls_needed
from server.claims.choosing import noted_in
from server.i18n.sentence import Day, Name, Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from server.claims.choosing import Busy, Usual
    from server.claims.claim import Window

MOST_TITLE, MOST_TEXT = 80, 1_000
LEAST_MATTERS, MOST_MATTERS = 1, 50
WEEK = 7
LEAST_WEEKS, MOST_WEEKS = 4, 26
FARTHEST_DAYS = 366


def unfit_words(title: str, what: str, plan: str, matters: int) -> list[Sentence]:
    """What is missing or too long in the text, and an effect that can not be."""
    wrong = []
    if not 1 <= len(title) <= MOST_TITLE or not title.isprintable():
        wrong.append(Sentence("claims.title-missing", MOST_TITLE))
    if not 1 <= len(what) <= MOST_TEXT or len(plan) > MOST_TEXT or not (what + plan).isprintable():
        wrong.append(Sentence("claims.what-missing", MOST_TEXT))
    if not LEAST_MATTERS <= matters <= MOST_MATTERS:
        wrong.append(Sentence("claims.matters-wrong", values={"least": LEAST_MATTERS, "most": MOST_MATTERS}))
    return wrong


def unfit_windows(before: Window, after: Window, start: date, today: int) -> list[Sentence]:
    """What is wrong with the days; `today` is the day (proleptic ordinal) where it is furthest on."""
    now = date.fromordinal(today)
    if after.first.toordinal() <= today:
        return [Sentence("claims.too-late", values={"date": Day(after.first, now)})]
    if min(before.days, after.days) < LEAST_WEEKS * WEEK:
        return [Sentence("claims.too-short", LEAST_WEEKS)]
    if max(before.days, after.days) > MOST_WEEKS * WEEK or abs(start.toordinal() - today) > FARTHEST_DAYS:
        return [Sentence("claims.too-long", MOST_WEEKS)]
    if before.days % WEEK or after.days % WEEK:
        return [Sentence("claims.weekdays")]
    if before.end > start or (after.first - start).days < WEEK:
        return [Sentence("claims.first-week")]
    return []


def unfit_sides(treated: Sequence[int], control: Sequence[int], names: Mapping[int, str]) -> list[Sentence]:
    """A store on both sides, or too few stores for any result to be told from chance."""
    wrong = [_of_store("claims.both-sides", names[store]) for store in treated if store in control]
    if wrong or (control and can_be_tested(len(treated), len(control))):
        return wrong
    needed = controls_needed(len(treated))
    if len(treated) == 1:
        return [Sentence("claims.one-store", needed, {"controls": len(control)})]
    return [Sentence("claims.too-few-controls", needed, {"stores": len(treated), "controls": len(control)})]


def unfit_presses(stores: Sequence[int], usual: Mapping[int, Usual], names: Mapping[int, str]) -> list[Sentence]:
    """Stores that nobody answers these questions in, or under other faces than in the first."""
    faces = next((usual[store].faces for store in stores if len(usual[store].faces) == 1), None)
    wrong = []
    for store in stores:
        if not all(one.presses_a_day for one in usual[store].heard):
            wrong.append(_of_store("claims.no-presses", names[store]))
        elif usual[store].faces != faces:
            wrong.append(_of_store("claims.store-faces", names[store]))
    return wrong


def unfit_part(
    treated: Sequence[int], control: Sequence[int], busy: Collection[Busy], names: Mapping[int, str]
) -> list[Sentence]:
    """Stores whose part in another claim would spoil one of the two."""
    return [
        _of_store("claims.busy", names[one.store_id], claim=Name(one.claim.title))
        for one in busy
        if one.store_id in treated or (one.store_id in control and one.store_id in one.claim.treated)
    ]


def unfit_notes(connection: Connection, control: Sequence[int], days: Window, names: Mapping[int, str]) -> list[Sentence]:
    """Controls for which a change was noted in these days: they would change for another reason."""
    wrong = []
    for store in control:
        for noted in noted_in(connection, store, days)[:1]:
            day = date.fromordinal(noted.local_day)
            wrong.append(_of_store("claims.noted", names[store], words=Name(noted.words), date=Day(day, day)))
    return wrong


def _of_store(entry: str, store: str, **more: Name | Day) -> Sentence:
    return Sentence(entry, values={"store": Name(store), **more})
