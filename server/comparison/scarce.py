"""What can be said of an index, its range and its presses, above all where too few of them were made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.analysis.proportions import wilson
from server.comparison.rounding import outwards, shown
from server.i18n.sentence import Sentence

if TYPE_CHECKING:
    from server.comparison.indexes import Index
    from server.comparison.periods import Period

HUNDRED = 100
# "More needed" leads to this many presses; at 80 positive of 100 they leave 11 points to each side.
ENOUGH_PRESSES = 50
USUAL_SHARE = 0.8

SERVICE, EXPERIENCE, BOTH = Sentence("label.service"), Sentence("label.experience"), Sentence("label.both")


def period_words(period: Period) -> Sentence:
    """The period inside a sentence: "in the last 7 days"."""
    if period.name == "chosen":
        return Sentence("period.chosen", values={"from_date": period.first, "to_date": period.last})
    return Sentence(f"period.{period.name}")


def too_few(service: Index, experience: Index, period: Period) -> list[Sentence]:
    """What stands instead of a verdict where at least one index is withheld."""
    if service.withheld == experience.withheld == "too-few":
        return [_count_only(BOTH, service.total + experience.total, period)]
    found: list[Sentence] = []
    for what, words, index in ((SERVICE, "fact.helped", service), (EXPERIENCE, "fact.felt-welcome", experience)):
        found += [fact(words, index)] if index.value is not None else _withheld(what, index, period)
    return found


def _withheld(what: Sentence, index: Index, period: Period) -> list[Sentence]:
    if index.withheld == "none":
        return [Sentence("presses.not-known", values={"what": what, "period": period_words(period)})]
    if index.withheld == "too-few":
        return [_count_only(what, index.total, period)]
    if index.withheld == "clustered":
        opening = Sentence("presses.clustered", values={"all": index.total, "effective": math.floor(index.effective)})
    else:
        opening = Sentence("presses.not-enough", index.total, {"what": what, "period": period_words(period)})
    return [opening, span(what, index), _more_needed(index)]


def _count_only(what: Sentence, total: int, period: Period) -> Sentence:
    return Sentence("presses.count-only", total, {"what": what, "period": period_words(period)})


def _more_needed(index: Index) -> Sentence:
    missing = (ENOUGH_PRESSES - index.effective) * index.total / index.effective
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
