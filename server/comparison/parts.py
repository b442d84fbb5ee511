"""The parts of a store's summary below its two numbers: at what hour, where, which skills; each from the same counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from server.analysis.clustering import design_effect_of_sums
from server.comparison.hours_of_week import HoursOfWeek, hours_of_week
from server.comparison.indexes import Index, tally, tally_of_days
from server.comparison.skills import Skills, skills
from server.database.changes import setups
from server.database.hours import hour_counts
from server.database.rushed import rushed_places
from server.errors import wrong_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from server.access.scope import StoreRef
    from server.comparison.chain import Chain
    from server.database.figures import Asked, DayCount

# Questions take turns, so that a week alone may hold none about some skill.
SKILL_DAYS = 28
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Lens:
    """One touchpoint, one question (its code) or both, to look at alone; None is all of them."""

    touchpoint: str | None = None
    question: str | None = None

    def of(self, counts: Iterable[DayCount], asked: Mapping[int, Asked]) -> list[DayCount]:
        """The counts that it lets through."""
        return [
            count
            for count in counts
            if self.touchpoint in {None, count.touchpoint} and self.question in {None, asked[count.question_id].code}
        ]


EVERYTHING = Lens()


def read_lens(touchpoint: str | None, question: str | None) -> Lens:
    """The lens of an address's two parameters, "" or None for all; raises a Refusal (400) for what can be no name."""
    for name, value in (("touchpoint", touchpoint), ("question", question)):
        if value and (len(value) > LONGEST_NAME or not value.isprintable()):
            raise wrong_parameter(name, "must be a name")
    return Lens(touchpoint or None, question or None)


@dataclass(frozen=True, slots=True)
class Place:
    """One question at one touchpoint, with the other stores' answer to it.

    `marked` is how many presses were set aside, `rushed` how many of these by a rush.
    """

    touchpoint: str
    signal: str
    question: str
    texts: dict[str, dict[str, str]]
    index: Index
    others: Index
    marked: int
    rushed: int = 0


class OwnCounts:
    """What the parts read: a store's counts, what was asked, and the full days of the line."""

    def __init__(
        self,
        connection: Connection,
        store: StoreRef,
        counts: Sequence[DayCount],
        asked: dict[int, Asked],
        days: tuple[date, date],
    ) -> None:
        self.connection, self.store, self.counts, self.asked, self.days = connection, store, counts, asked, days

    def between(self, first: date, end: date) -> list[DayCount]:
        """The counts of the days [first, end)."""
        return [count for count in self.counts if first.toordinal() <= count.local_day < end.toordinal()]


def hours_part(held: OwnCounts, chain: Chain, lens: Lens) -> HoursOfWeek:
    """The hours of the line's weeks: of the questions about experience, or of the one that the lens names."""
    asked = held.asked
    ids = [
        number
        for number in (chain.service_ids | chain.experience_ids if lens.question else chain.experience_ids)
        if lens.question in {None, asked[number].code}
    ]
    first, end = held.days
    counts = hour_counts(held.connection, held.store.id, first.toordinal(), end.toordinal(), ids, lens.touchpoint)
    own = [count for count in lens.of(held.between(first, end), asked) if count.question_id in ids]
    summed = tally(own)
    codes = sorted({asked[count.question_id].code for count in own})
    signal = asked[ids[0]].signal if ids else "experience"
    effect = design_effect_of_sums(summed.positive, summed.total, summed.sums)
    days_asked = (max(first, chain.period.first), min(end, chain.period.end))
    return hours_of_week(counts, held.days, days_asked, (signal, codes), effect)


def places_part(held: OwnCounts, chain: Chain) -> tuple[Place, ...]:
    """Each touchpoint's questions over the period, experience before service, weakest first, too few last."""
    groups: dict[tuple[str, int], list[DayCount]] = {}
    for count in held.between(chain.period.first, chain.period.end):
        if count.question_id in chain.service_ids | chain.experience_ids:
            groups.setdefault((count.touchpoint, count.question_id), []).append(count)
    rushed = rushed_places(held.connection, held.store.id, chain.period.first.toordinal(), chain.period.end.toordinal())
    found = []
    for (touchpoint, question_id), own in groups.items():
        question = held.asked[question_id]
        marked = sum(count.marked for count in own)
        index = chain.index(tally_of_days(own, chain.period.days))
        faces = {count.faces for count in own if count.positive + count.neutral + count.negative}
        others = chain.others_on(question_id, faces, held.store.id)
        aside = marked, rushed.get((touchpoint, question_id), 0)
        found.append(Place(touchpoint, question.signal, question.code, question.texts, index, others, *aside))
    return tuple(sorted(found, key=lambda place: (place.signal, _weakest_first(place.index), place.touchpoint)))


def skills_part(held: OwnCounts, chain: Chain) -> Skills:
    """The balance of skills over the period, over four weeks at least."""
    period = chain.period
    first = min(period.first, max(held.days[0], period.end - timedelta(days=SKILL_DAYS)))
    latest: dict[str, tuple[int, set[str]]] = {}
    for one in setups(held.connection, held.store.id):
        version, codes = latest.get(one.kiosk, (0, set()))
        if one.version >= version:
            latest[one.kiosk] = (one.version, {one.question} | (codes if one.version == version else set()))
    here = {code for _, codes in latest.values() for code in codes}
    return skills(held.counts, held.asked, here, (first, period.end), chain.definition.least_count)


def _weakest_first(index: Index) -> tuple[bool, float]:
    return index.value is None, index.value or -index.total
