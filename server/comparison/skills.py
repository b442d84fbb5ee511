"""The balance of skills: how answers fall on questions about caring, and on questions about resolving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.comparison.indexes import Gap, Index, difference, index_of, tally_of_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from server.database.figures import Asked, DayCount

CARING = ("empathy", "listening", "care", "foresight", "juggling")
RESOLVING = ("determination", "problem-solving", "inventiveness", "risk", "consistency")


@dataclass(frozen=True, slots=True)
class Skill:
    """One facet's index; `asked` is whether a question about it was answered here, or stands on a kiosk here."""

    facet: str
    index: Index
    asked: bool


@dataclass(frozen=True, slots=True)
class Family:
    """A family's facets in their order, and all its presses together, each counted once."""

    together: Index
    facets: tuple[Skill, ...]


@dataclass(frozen=True, slots=True)
class Skills:
    """Both families over the days [first, end), and how many points resolving lies above caring.

    `shared` is how many presses are in both, because their question is about both.
    """

    first: date
    end: date
    caring: Family
    resolving: Family
    balance: Gap
    shared: int


def skills(
    counts: Iterable[DayCount], asked: Mapping[int, Asked], here: Collection[str], days: tuple[date, date], least: int
) -> Skills:
    """The balance over some days; `here` are the codes of the questions on kiosks that stand in the store now."""
    first, end = days
    found = [count for count in counts if first.toordinal() <= count.local_day < end.toordinal()]
    facets_of = {number: set(question.facets) for number, question in asked.items()}
    answered = {facet for count in found if _presses(count) for facet in facets_of[count.question_id]}
    standing = {facet for question in asked.values() if question.code in here for facet in question.facets}

    def index(wanted: Collection[str]) -> Index:
        own = (count for count in found if facets_of[count.question_id].intersection(wanted))
        return index_of(tally_of_days(own, (end - first).days), least)

    def family(names: tuple[str, ...]) -> Family:
        return Family(index(names), tuple(Skill(name, index({name}), name in answered | standing) for name in names))

    caring, resolving = family(CARING), family(RESOLVING)
    both = [number for number, facets in facets_of.items() if facets.intersection(CARING) and facets.intersection(RESOLVING)]
    shared = sum(_presses(count) for count in found if count.question_id in both)
    return Skills(first, end, caring, resolving, difference(resolving.together, caring.together), shared)


def _presses(count: DayCount) -> int:
    return count.positive + count.neutral + count.negative
