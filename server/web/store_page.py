"""A store's summary in the reader's words: everything the template places, nothing it has to work out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison import verdict
from server.comparison.periods import local_time
from server.comparison.rounding import outwards
from server.i18n.sentence import Name, Sentence
from server.web.charts import Row, dot_row, side_by_side, small_scale
from server.web.day_chart import day_lines, share_known
from server.web.figures import (
    ShownIndex,
    counted_words,
    gap_data,
    gap_sentence,
    gap_words,
    index_data,
    shown_index,
    touchpoint_words,
)

if TYPE_CHECKING:
    from datetime import datetime

    from server.comparison.chain import Figures
    from server.comparison.indexes import Gap
    from server.comparison.live import KioskNow, Today
    from server.comparison.periods import Period
    from server.comparison.summary import Day, Place, StoreSummary
    from server.i18n.translator import Translator

# Which value of a sentence is the share of service or of experience, so that it can wear that signal's colour.
COLOURED = {
    "verdict.serves-not-welcomes": ("n", "service"),
    "verdict.fewer-served": ("served", "service"),
    "fact.helped": ("n", "service"),
    "verdict.welcomes-not-serves": ("n", "experience"),
    "verdict.fewer-welcome": ("welcomed", "experience"),
    "fact.felt-welcome": ("n", "experience"),
}


class Tab(NamedTuple):
    """One period to choose."""

    period: str
    words: str
    current: bool


class Signal(NamedTuple):
    """Service or experience as a big number."""

    name: str
    words: str
    of_whom: str
    shown: ShownIndex
    data: Markup


class ShownDay(NamedTuple):
    """A row of the days' table."""

    day: str
    service: ShownIndex
    experience: ShownIndex
    presses: str


class ShownPlace(NamedTuple):
    """A row of "Where"."""

    touchpoint: str
    question: str
    shown: ShownIndex
    chart: Markup
    check: bool


class ShownSummary:
    """What the template of a store's page places."""

    def __init__(self, summary: StoreSummary, t: Translator, now_ms: int) -> None:
        figures = summary.figures
        self.store, self.period, self.figures = figures.store, figures.period, figures
        self.now = local_time(figures.store.timezone, now_ms)
        self.tabs = tabs(figures.period, t)
        self.days_shown = t.days(figures.period.first, figures.period.last)
        said = verdict.paragraph(summary)
        self.paragraph = Markup(" ").join(_colour(sentence, t) for sentence in said)
        self.time = t.formats.time(self.now)
        self.moment = t.listed(t.formats.weekday_and_day(self.now.date()), self.time)
        self.live = summary.today
        self.live_parts = _live_parts(summary.today, t)
        self.troubles = [_trouble(kiosk, self, t) for kiosk in summary.today.kiosks if kiosk.missed]
        self.heard = sum(not kiosk.silent for kiosk in summary.today.kiosks)
        self.waiting = sum(kiosk.waiting for kiosk in summary.today.kiosks)
        self.signals = _signals(summary, t)
        self.pair_chart = _pair_chart(summary, t)
        self.gap = "" if figures.period.running else gap_sentence(figures.gap, figures.service, figures.experience, t)
        self.gap_data = gap_data(figures.gap, figures.service, figures.experience)
        beside = [sentence for sentence in verdict.beside_others(summary) if sentence not in said]
        self.beside = [t.paragraph(beside), t.paragraph(verdict.changes(summary))]
        self.day_chart = day_lines(summary.days, t, t.say("since.chart"))
        self.pressed_days = any(day.reactions for day in summary.days)
        self.shares_drawn = share_known(summary.days)
        self.ranges_drawn = any(index.low is not None for day in summary.days for index in (day.service, day.experience))
        self.day_rows = [_day(day, t) for day in reversed(summary.days)]
        self.places = {
            signal: [_place(p, t) for p in summary.places if p.signal == signal] for signal in ("experience", "service")
        }
        self.scale = small_scale(t)
        self.bands_drawn = any(place.index.low is not None for place in summary.places)
        self.ticks_drawn = any(place.others.value is not None for place in summary.places)
        self.counted = counted_words(figures.counted, figures.reactions, t)
        self.not_counted = t.paragraph(_not_counted(figures))
        self.sure = _sure(summary, t)
        self.version = summary.definition.version

    def on_clock(self, at_ms: int) -> datetime:
        """A moment on the store's clock."""
        return local_time(self.store.timezone, at_ms)


def tabs(period: Period, t: Translator) -> list[Tab]:
    """The periods to choose from; chosen dates stand as a tab of their own while they are shown."""
    found = [
        Tab("today", t.say("period.tab-today"), period.name == "today"),
        Tab("7d", t.say("period.tab-days", 7), period.name == "7d"),
        Tab("4w", t.say("period.tab-weeks", 4), period.name == "4w"),
        Tab("13w", t.say("period.tab-weeks", 13), period.name == "13w"),
    ]
    if period.name == "chosen":
        found.append(Tab(period.text, t.days(period.first, period.last), current=True))
    return found


def _colour(sentence: Sentence, t: Translator) -> Markup:
    if sentence.name not in COLOURED:
        return t.tell_html(sentence)
    value, signal = COLOURED[sentence.name]
    share = sentence.n if value == "n" else sentence.values[value]
    number = Markup('<b class="fig-{}">{}</b>').format(signal, t.formats.digits(str(share)))
    return t.tell_html(Sentence(sentence.name, sentence.n, {**sentence.values, value: number}))


def _trouble(kiosk: KioskNow, page: ShownSummary, t: Translator) -> Markup:
    name = Name(f"{kiosk.kiosk} ({touchpoint_words(kiosk.touchpoint, t)})")
    if kiosk.heard_ms is None:
        return t.say_html("kiosk.never", kiosk=name)
    moment = t.moment(page.on_clock(kiosk.heard_ms), page.now.date())
    return t.say_html("data.silent", kiosk=name, time=moment)


def _signals(summary: StoreSummary, t: Translator) -> list[Signal]:
    figures = summary.figures
    return [
        Signal(name, t.say(f"label.{name}"), t.say(whom), shown_index(index, t), index_data(f"{name}-index", index))
        for name, whom, index in (
            ("service", "figure.served", figures.service),
            ("experience", "figure.welcomed", figures.experience),
        )
    ]


def _pair_chart(summary: StoreSummary, t: Translator) -> Markup:
    own, others = summary.figures, summary.others
    words = gap_words(own.gap, own.service, own.experience, t)
    rows = [Row(t.say("figure.this-store"), own.service, own.experience, words, firm=True)]
    if others.service.value is not None or others.experience.value is not None:
        words = gap_words(others.gap, others.service, others.experience, t)
        rows.append(Row(t.say("figure.other-stores", others.stores), others.service, others.experience, words, firm=False))
    return side_by_side(rows, t)


def _day(day: Day, t: Translator) -> ShownDay:
    words = t.formats.short_day(day.day)
    service, experience = (shown_index(index, t, "unit.to") for index in (day.service, day.experience))
    return ShownDay(words, service, experience, t.formats.number(day.reactions))


def _live_parts(today: Today, t: Translator) -> Markup:
    """What today's presses are about, so that they add up to all of them."""
    parts = [Sentence("today.signals", values={"service": today.service, "experience": today.experience})]
    for name, count in (("other", today.other), ("set-aside", today.marked), ("uncertain", today.uncertain)):
        if count:
            parts.append(Sentence(f"today.{name}", values={"marked" if name == "set-aside" else name: count}))
    return t.paragraph(parts)


def _not_counted(figures: Figures) -> list[Sentence]:
    """Why presses are in no index, so that they add up to all of them."""
    found = []
    if figures.marked:
        found.append(Sentence("sure.set-aside", values={"marked": figures.marked}))
    if figures.uncertain:
        found.append(Sentence("data.time-uncertain", figures.uncertain))
    return found


def _method(gap: Gap) -> Sentence:
    """By which method the gap got its range, in plain words."""
    return Sentence("sure.no-visits") if gap.method == "independent" else Sentence(f"sure.{gap.method}", gap.pairs)


def _place(place: Place, t: Translator) -> ShownPlace:
    words = place.texts.get(t.language) or place.texts.get("en") or {}
    shown = shown_index(place.index, t, "unit.to")
    check = verdict.asks_for_a_look(place)
    return ShownPlace(
        touchpoint_words(place.touchpoint, t),
        words.get("question", place.question),
        shown,
        dot_row(place.index, place.others, place.signal, t),
        check,
    )


def _sure(summary: StoreSummary, t: Translator) -> list[tuple[str, Markup]]:
    """Headings and texts of "How sure are we?", apart from what was counted, which carries figures for programs."""
    figures = summary.figures
    found = []
    widest = next((index for index in (figures.service, figures.experience) if index.low is not None), None)
    if widest is not None:
        low, high = outwards(widest.low, widest.high)
        found.append(("sure.ranges", t.say_html("sure.ranges-text", low=low, high=high, hits=19, tries=20)))
    if figures.gap.points is not None:
        found.append(("sure.visits", t.tell_html(_method(figures.gap))))
    waiting = sum(kiosk.waiting for kiosk in summary.today.kiosks)
    gone = sum(kiosk.lost for kiosk in summary.today.kiosks)
    complete = [Sentence("sure.waiting-text", values={"waiting": waiting})] if waiting else []
    complete += [Sentence("fleet.lost-all", values={"lost": gone})] if gone else []
    found.append(("sure.complete", t.paragraph(complete or [Sentence("sure.complete-text")])))
    found.append(("sure.who", t.say_html("sure.who-text")))
    words = [Sentence("sure.definition", values={"version": summary.definition.version}), *verdict.strong_means(summary)]
    found.append(("sure.words", t.paragraph(words)))
    return found
