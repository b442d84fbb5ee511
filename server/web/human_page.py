"""HX in the reader's words, always beside its parts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from server.analysis.composite import LEAST_COVERAGE
from server.comparison.periods import local_time
from server.comparison.rounding import outwards, shown
from server.web.definition_page import hundredths
from server.web.figures import data, shown_index
from server.web.question_page import dimension_words

if TYPE_CHECKING:
    from markupsafe import Markup

    from server.analysis.intervals import Interval
    from server.comparison.human import HumanExperience, Part
    from server.i18n.translator import Translator
    from server.web.figures import ShownIndex


class ShownPart(NamedTuple):
    """One dimension's row."""

    dimension: str
    words: str
    weight: str
    felt: ShownIndex
    missing: bool
    few: str


class ShownHuman:
    """What the template of HX places."""

    def __init__(self, human: HumanExperience, t: Translator, now_ms: int) -> None:
        whole = human.whole
        self.declared = whole is not None
        self.parts = [_part(part, human, t) for part in human.parts]
        self.days = t.days(human.first, human.end - timedelta(days=1))
        self.stores = t.say("unit.stores", human.stores)
        self.version = human.definition.version
        self.time = t.formats.time(local_time("UTC", now_ms))
        self.value = self.span = self.coverage = self.bounds = self.too_little = ""
        self.is_whole = bool(whole and whole.value is not None)
        self.data: Markup | str = data("hx", None, None, None, 0)
        if whole is None:
            return
        self.coverage = t.say("hx.coverage", coverage=hundredths(whole.coverage, t), hundred=100)
        value, interval = (whole.value, whole.interval) if self.is_whole else (whole.measured, whole.measured_interval)
        if value is None or interval is None:
            self.too_little = t.say("hx.too-little", least=round(100 * LEAST_COVERAGE))
            return
        self.value = t.formats.number(shown(100 * value))
        self.span = _between("unit.between", interval, t)
        self.data = data("hx" if self.is_whole else "hx-measured", 100 * value, 100 * interval.lower, 100 * interval.upper, 0)
        if not self.is_whole and whole.bounds is not None:
            self.bounds = _between("hx.bounds", whole.bounds, t)


def _part(part: Part, human: HumanExperience, t: Translator) -> ShownPart:
    weight = t.say("hx.no-weight") if part.weight is None else hundredths(part.weight, t)
    words = dimension_words(part.dimension, human.definition, t)
    felt = shown_index(part.index, t)
    # Whether employees pressed too little or not at all is not told.
    few = felt.few if felt.few and part.dimension != "EX" else t.say("figure.too-few")
    return ShownPart(part.dimension, words, weight, felt, part.index.value is None, few)


def _between(name: str, interval: Interval, t: Translator) -> str:
    low, high = outwards(100 * interval.lower, 100 * interval.upper)
    return t.say(name, low=low, high=high)
