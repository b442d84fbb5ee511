"""Registering a claim: what somebody wishes to claim, every reason why it can not be, and the record that then stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from server.claims.choosing import Busy, busy_stores, noted_in, propose, smallest_effect, usual_of
from server.claims.claim import MEASURES, WAITING, Window, course_of, read_claims, todays
from server.claims.fitting import unfit_notes, unfit_part, unfit_presses, unfit_sides, unfit_windows, unfit_words
from server.claims.judging import FILTER_VERSION
from server.database.claims import ClaimRow, add_claim, end_claim, lock_claim, lock_register
from server.database.stores import all_stores
from server.i18n.sentence import Name, Sentence
from server.survey.definitions import current
from server.survey.refusals import Refused, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from server.claims.choosing import Usual
    from server.claims.claim import Claim

WASHED_OUT = timedelta(days=7)
EPOCH_DAY = date(1970, 1, 1).toordinal()


class Wish(NamedTuple):
    """What somebody wishes to claim; stores are codes, `control` empty asks for a proposal.

    `question` is the code of the one question, where `measure` is "question"; `matters` is in points.
    """

    title: str
    what: str
    plan: str
    measure: str
    question: str
    start: date
    before: Window
    after: Window
    matters: int
    direction: str
    treated: Sequence[str]
    control: Sequence[str]
    replaces: int | None = None
    repeats: int | None = None

    @property
    def days(self) -> Window:
        """From the first day before to the last day after."""
        return Window(self.before.first, self.after.end)


@dataclass(frozen=True, slots=True)
class Look:
    """A wish looked at before it is registered: why it can not be, the controls by code, and what it could find.

    `effect` is the smallest effect in points that would be found four times in five, None where that can not be said.
    """

    faults: tuple[Sentence, ...]
    control: tuple[str, ...]
    effect: float | None


@dataclass(frozen=True, slots=True)
class _Known:
    """What a wish comes to in this chain."""

    service: tuple[str, ...]
    experience: tuple[str, ...]
    treated: tuple[int, ...]
    control: tuple[int, ...]
    usual: dict[int, Usual]
    definition_version: int


def windows_of(start: date, weeks: int) -> tuple[Window, Window]:
    """So many weeks before a change, and as many after its first week."""
    length, after = timedelta(weeks=weeks), start + WASHED_OUT
    return Window(start - length, start), Window(after, after + length)


def look(connection: Connection, wish: Wish, now_ms: int) -> Look:
    """Everything that can be said of a wish before it is registered."""
    known, wrong = _look(connection, wish, now_ms)
    if known is None:
        return Look(tuple(wrong), tuple(wish.control), None)
    codes = {row.id: row.code for row in all_stores(connection)}
    sides = [[known.usual[store] for store in side] for side in (known.treated, known.control)]
    effect = smallest_effect(sides[0], sides[1], wish.before.days, wish.after.days) if all(sides) else None
    return Look(tuple(wrong), tuple(codes[store] for store in known.control), effect)


def register(connection: Connection, wish: Wish, now_ms: int, made_by: str) -> int:
    """Write a claim down, for ever, and return its id; raises Refused with every reason why it can not be."""
    lock_register(connection)
    if wish.replaces:
        lock_claim(connection, wish.replaces)
    known, wrong = _look(connection, wish, now_ms)
    if known is None or wrong:
        raise Refused(wrong)
    (faces,) = known.usual[known.treated[0]].faces
    row = ClaimRow(
        title=wish.title,
        what=wish.what,
        plan=wish.plan,
        measure=wish.measure,
        definition_version=known.definition_version,
        questions={"service": list(known.service), "experience": list(known.experience)},
        faces=faces,
        filter_version=FILTER_VERSION,
        start_day=wish.start.toordinal(),
        before_first=wish.before.first.toordinal(),
        before_end=wish.before.end.toordinal(),
        after_first=wish.after.first.toordinal(),
        after_end=wish.after.end.toordinal(),
        matters=wish.matters,
        direction=wish.direction,
        replaces_id=wish.replaces,
        repeats_id=wish.repeats,
        made_ms=now_ms,
        made_by=made_by,
    )
    return add_claim(connection, row, known.treated, known.control)


def give_up(connection: Connection, claim: Claim, reason: str, now_ms: int, made_by: str) -> None:
    """Give a claim up, with its reason; it stays in the register. Raises Refused for one that is judged or gone."""
    lock_claim(connection, claim.id)
    # Somebody may have given it up, or the worker judged it, since it was read.
    (now,) = read_claims(connection, [claim.id])
    if not now.stands or now.results:
        raise refused("claims.not-open")
    if not reason or len(reason) > 1_000 or not reason.isprintable():
        raise refused("claims.reason-missing")
    end_claim(connection, claim.id, reason, now_ms, made_by)


def _look(connection: Connection, wish: Wish, now_ms: int) -> tuple[_Known | None, list[Sentence]]:
    today = todays(connection, now_ms)
    rows = {row.code: row for row in all_stores(connection)}
    asked = _questions(connection, wish)
    wrong = unfit_words(wish.title, wish.what, wish.plan, wish.matters) + unfit_windows(
        wish.before, wish.after, wish.start, max(today.values(), default=EPOCH_DAY)
    )
    strange = [code for code in (*wish.treated, *wish.control) if code not in rows]
    wrong += [Sentence("claims.no-store", values={"store": Name(code)}) for code in dict.fromkeys(strange)]
    if asked is None:
        wrong.append(Sentence("claims.no-question"))
    if not wish.treated:
        wrong.append(Sentence("claims.no-treated"))
    if wrong or asked is None:
        return None, wrong
    version, service, experience = asked
    parts = [codes for codes in (experience, service) if codes]
    ids = {code: row.id for code, row in rows.items()}
    treated = tuple(ids[code] for code in dict.fromkeys(wish.treated))
    usual = usual_of(connection, parts, list(ids.values()), max(today.values()))
    busy = busy_stores(connection, wish.days, Window(wish.start, wish.after.end), wish.replaces)
    control = tuple(ids[code] for code in dict.fromkeys(wish.control)) or _proposed(connection, wish, treated, usual, busy)
    known = _Known(service, experience, treated, control, usual, version)
    names = {row.id: row.name for row in rows.values()}
    wrong += unfit_sides(treated, control, names) + unfit_presses((*treated, *control), usual, names)
    wrong += unfit_part(treated, control, busy, names) + unfit_notes(connection, control, wish.days, names)
    return known, wrong + _unfit_kin(connection, wish, known, today)


def _questions(connection: Connection, wish: Wish) -> tuple[int, tuple[str, ...], tuple[str, ...]] | None:
    """The definition's version and the codes of service and of experience that the wish counts."""
    definition = current(connection)
    if wish.measure not in MEASURES:
        return None
    service, experience = definition.service, definition.experience
    if wish.measure == "question":
        service, experience = (tuple(code for code in codes if code == wish.question) for codes in (service, experience))
    elif wish.measure != "gap":
        service, experience = (service, ()) if wish.measure == "service" else ((), experience)
    return (definition.version, service, experience) if service or experience else None


def _proposed(
    connection: Connection, wish: Wish, treated: tuple[int, ...], usual: dict[int, Usual], busy: Sequence[Busy]
) -> tuple[int, ...]:
    taken = {*treated, *(one.store_id for one in busy if one.store_id in one.claim.treated)}
    faces = usual[treated[0]].faces
    regions = {row.id: row.region for row in all_stores(connection)}
    others = {
        store: region
        for store, region in regions.items()
        if store not in taken
        and usual[store].faces == faces
        and usual[store].enough(min(wish.before.days, wish.after.days))
        and not noted_in(connection, store, wish.days)
    }
    return tuple(propose({store: regions[store] for store in treated}, others))


def _unfit_kin(connection: Connection, wish: Wish, known: _Known, today: dict[int, int]) -> list[Sentence]:
    """Why the record can not stand in place of the one it names, or can not repeat the one it names."""
    kin = {claim.id: claim for claim in read_claims(connection, [one for one in (wish.replaces, wish.repeats) if one])}
    wrong = []
    before = kin.get(wish.replaces or 0)
    if wish.replaces and (before is None or course_of(before, today).state != WAITING):
        wrong.append(Sentence("claims.not-replaced"))
    first = kin.get(wish.repeats or 0)
    if wish.repeats and (first is None or not first.stands or wish.repeats == wish.replaces):
        wrong.append(Sentence("claims.not-repeated"))
    elif first is not None and wish.repeats:
        alike = (first.measure, first.service, first.experience) == (wish.measure, known.service, known.experience)
        if not alike:
            wrong.append(Sentence("claims.repeat-other-figure"))
        again = bool({*first.treated} & {*known.treated})
        if wish.start < (first.after.end if again else first.start + timedelta(days=1)):
            wrong.append(Sentence("claims.repeat-too-early"))
    return wrong
