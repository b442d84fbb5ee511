"""What can be said of an index, its range and its presses, above all where too few of them were made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.analysis.proportions import wilson
from server.comparison.rounding import outwards, shown
from server.i18n.sentence import Day, Sentence

if TYPE_CHECKING:
    from datetime import date

    from server.comparison.indexes import Index
    from server.comparison.periods import Period

HUNDRED = 100
# "More needed" leads to this many presses; at 80 positive of 100 they leave 11 points to each side.
ENOUGH_PRESSES = 50
USUAL_SHARE = 0.8

SERVICE, EXPERIENCE = Sentence("label.service"), Sentence("label.experience")
# Of presses that are counted as one number.
BOTH = Sentence("label.both-together")


def period_words(period: Period, today: date) -> Sentence:
    """The period inside a sentence: "in the last 7 days"; chosen days carry their year where it is not today's."""
    if period.name != "chosen":
        return Sentence(f"period.{period.name}")
    if period.days == 1:
        return Sentence("period.chosen-day", values={"date": Day(period.last, today)})
    return Sentence("period.chosen", values={"from_date": _begin(period, today), "to_date": Day(period.last, today)})


def too_few(service: Index, experience: Index, period: Period, today: date) -> list[Sentence]:
    """What stands instead of a verdict where at least one index is withheld; nothing is said of each that fits both."""
    words = period_words(period, today)
    if service.withheld == experience.withheld == "too-few":
        return [_only("presses.count-only", BOTH, service.total + experience.total, words)]
    if _ranged(service) and _ranged(experience):
        return _both_ranged(service, experience, words)
    found: list[Sentence] = []
    for what, name, index in ((SERVICE, "fact.helped", service), (EXPERIENCE, "fact.felt-welcome", experience)):
        found += [fact(name, index)] if index.value is not None else _withheld(what, index, words)
    return found


def _begin(period: Period, today: date) -> Day:
    # "from 1 January to 6 January 2025": one year is enough where both days have the same.
    near = period.last if period.first.year == period.last.year else today
    return Day(period.first, near)


def _ranged(index: Index) -> bool:
    return index.value is None and index.low is not None


def _withheld(what: Sentence, index: Index, words: Sentence) -> list[Sentence]:
    if index.withheld == "none":
        return [Sentence("presses.not-known", values={"what": what, "period": words})]
    if index.withheld == "too-few":
        return [_only("presses.count-only", what, index.total, words)]
    if index.withheld == "clustered":
        return [_clustered(index.total, index.effective), span(what, index), _more_needed(_missing(index))]
    low, high = outwards(index.low, index.high)
    between = Sentence("presses.range", values={"low": low, "high": high, "hundred": HUNDRED})
    return [_only("presses.not-enough", what, index.total, words), between, _more_needed(_missing(index))]


def _both_ranged(service: Index, experience: Index, words: Sentence) -> list[Sentence]:
    total = service.total + experience.total
    if service.withheld == experience.withheld == "clustered":
        opening = [_clustered(total, service.effective + experience.effective)]
    elif service.withheld == experience.withheld:
        opening = [_only("presses.not-enough", BOTH, total, words)]
    else:
        fewer, other = (service, experience) if service.withheld == "range-only" else (experience, service)
        what = SERVICE if fewer is service else EXPERIENCE
        opening = [_only("presses.not-enough", what, fewer.total, words), _clustered(other.total, other.effective)]
    return [*opening, spans(service, experience), _more_needed(_missing(service) + _missing(experience))]


def _only(name: str, what: Sentence, total: int, words: Sentence) -> Sentence:
    return Sentence(name, total, {"what": what, "period": words})


def _clustered(total: int, effective: float) -> Sentence:
    return Sentence("presses.clustered", values={"all": total, "effective": math.floor(effective)})


def _missing(index: Index) -> float:
    return (ENOUGH_PRESSES - index.effective) * index.total / index.effective


def _more_needed(missing: float) -> Sentence:
    within = wilson(USUAL_SHARE * ENOUGH_PRESSES, ENOUGH_PRESSES)
    margin = math.ceil(HUNDRED * (within.upper - within.lower) / 2)
    return Sentence("presses.more-needed", max(1, math.ceil(missing)), {"margin": Sentence("unit.points-within", margin)})


def fact(name: str, index: Index) -> Sentence:
    """A sentence whose number is an index."""
    return Sentence(name, shown(index.value), {"hundred": HUNDRED})


def span(what: Sentence, index: Index) -> Sentence:
    """An index's range as a sentence."""
    low, high = outwards(index.low, index.high)
    return Sentence("fact.range", values={"what": what, "low": low, "high": high, "hundred": HUNDRED})


def spans(service: Index, experience: Index) -> Sentence:
    """Both indexes' ranges in one sentence."""
    served, welcomed = outwards(service.low, service.high), outwards(experience.low, experience.high)
    values = {"served_low": served[0], "served_high": served[1], "welcomed_low": welcomed[0], "welcomed_high": welcomed[1]}
    return Sentence("fact.ranges", values=values | {"hundred": HUNDRED})
