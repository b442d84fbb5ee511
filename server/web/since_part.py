"""Since when: the line of eight weeks in the reader's words, with what changed and the notes that one may take back."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison.gaps import spoken
from server.comparison.line import NOTED
from server.comparison.rounding import shown
from server.i18n.sentence import Day as SaidDay
from server.i18n.sentence import Name, Sentence
from server.web.day_chart import day_lines, event_days
from server.web.figures import ShownIndex, shown_index, touchpoint_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.comparison.line import Day, Step
    from server.comparison.marks import Mark
    from server.comparison.summary import StoreSummary
    from server.i18n.translator import Translator


class ShownDay(NamedTuple):
    """A row of the days' table."""

    day: str
    service: ShownIndex
    experience: ShownIndex


class ShownMark(NamedTuple):
    """One change: its words, and the note's id where the reader made it and may take it back."""

    words: Markup
    note: int | None


class ShownEvents(NamedTuple):
    """A day with changes, under the number that it has in the figure."""

    number: str
    day: str
    marks: list[ShownMark]


class ShownSince:
    """What the template places under "Since when"."""

    def __init__(self, summary: StoreSummary, t: Translator, reader: str) -> None:
        line = summary.line
        self.pressed = any(day.reactions for day in line.days)
        self.chart = day_lines(line, t, t.say("since.chart"))
        self.drawn = [
            signal
            for signal in ("service", "experience")
            if any((index := getattr(day, signal)).value is not None or index.low is not None for day in line.days)
        ]
        self.ranges_drawn = any(index.low is not None for day in line.days for index in (day.service, day.experience))
        self.levels_drawn = bool(line.levels)
        self.broken = bool(line.breaks)
        self.rows = [_day(day, t) for day in reversed(line.days)]
        self.days = t.days(line.days[0].day, line.days[-1].day) if line.days else ""
        # While the period runs nothing is compared.
        said = [] if summary.figures.period.running else steps(summary)
        self.say = t.paragraph(said)
        self.cause = bool(said)
        questions = {place.question: place.texts for place in summary.places}
        self.events = [
            ShownEvents(
                t.formats.number(number),
                t.formats.short_day(day),
                [_mark(mark, t, questions, reader) for mark in line.marks if mark.day == day],
            )
            for number, day in enumerate(event_days(line), start=1)
        ]


def steps(summary: StoreSummary) -> list[Sentence]:
    """How each index stands since the last noted change; what has moved comes first."""
    return [step_words(step, summary) for step in sorted(summary.line.steps, key=lambda step: not step.moved.clear)]


def step_words(step: Step, summary: StoreSummary) -> Sentence:
    """How one index stands since a noted change."""
    what, day = Sentence(f"label.{step.signal}"), SaidDay(step.mark.day, summary.now_day)
    points = abs(shown(step.since.value) - shown(step.before.value))
    if not step.moved.clear or points < 1:
        return Sentence("since.same", values={"what": what, "date": day})
    low, high = spoken(step.moved, points)
    facts: dict[str, int | Sentence | SaidDay] = {"what": what, "date": day, "low": low, "high": high}
    facts |= {"then": shown(step.before.value), "now": shown(step.since.value)}
    return Sentence("since.lower" if (step.moved.points or 0.0) < 0 else "since.higher", points, facts)


def _day(day: Day, t: Translator) -> ShownDay:
    service, experience = (shown_index(index, t, "unit.to") for index in (day.service, day.experience))
    return ShownDay(t.formats.short_day(day.day), service, experience)


def _mark(mark: Mark, t: Translator, texts: Mapping[str, Mapping[str, Mapping[str, str]]], reader: str) -> ShownMark:
    if mark.kind in NOTED:
        words = Markup("<bdi>{}</bdi>").format(mark.words)
        if mark.kind == "noted-chain":
            words = t.say_html("mark.chain", words=words)
        return ShownMark(words, mark.note if mark.made_by == reader else None)
    if mark.kind == "claim":
        return ShownMark(t.say_html("mark.claim", words=Name(mark.words)), None)
    place = Name(touchpoint_words(mark.touchpoint, t))
    if mark.kind == "definition":
        return ShownMark(t.say_html("mark.definition", version=t.formats.digits(mark.words)), None)
    if mark.kind in {"came", "left"}:
        return ShownMark(t.say_html(f"mark.{mark.kind}", kiosk=Name(mark.words), touchpoint=place), None)
    words_of = texts.get(mark.words, {})
    asked = (words_of.get(t.language) or words_of.get("en") or {}).get("question", mark.words)
    return ShownMark(t.say_html(f"mark.{mark.kind}", touchpoint=place, question=asked), None)
