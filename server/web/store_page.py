"""A store's summary in the reader's words: everything the template places, nothing it has to work out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison import verdict
from server.comparison.meanings import range_means, strong_means
from server.comparison.periods import local_time
from server.comparison.rounding import shown
from server.comparison.scarce import HUNDRED, span
from server.i18n.sentence import Days, Sentence
from server.web.charts import Row, side_by_side, small_scale
from server.web.figures import ShownIndex, gap_data, gap_sentence, gap_words, index_data, shown_index
from server.web.hours_part import ShownHours, spell_words
from server.web.now_part import ShownNow
from server.web.since_part import ShownSince, step_words
from server.web.skills_part import ShownSkills
from server.web.sure_part import ShownSure
from server.web.where_part import ShownWhere, lens_words

if TYPE_CHECKING:
    from server.comparison.periods import Period
    from server.comparison.summary import StoreSummary
    from server.i18n.translator import Translator

# Which value of a sentence is the share of service or of experience, so that it can wear that signal's colour.
COLOURED = {
    "verdict.serves-not-welcomes": ("n", "service"),
    "verdict.fewer-served": ("served", "service"),
    "fact.helped": ("n", "service"),
    "verdict.welcomes-not-serves": ("n", "experience"),
    "verdict.fewer-welcome": ("welcomed", "experience"),
    "fact.felt-welcome": ("n", "experience"),
    "verdict.service-weak": ("n", "service"),
    "verdict.welcome-weak": ("n", "experience"),
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


class ShownSummary:
    """What the template of a store's page places; `reader` is the e-mail address of whoever reads it."""

    def __init__(self, summary: StoreSummary, t: Translator, now_ms: int, reader: str) -> None:
        figures = summary.figures
        self.store, self.period = figures.store, figures.period
        now = local_time(figures.store.timezone, now_ms)
        self.tabs = tabs(figures.period, t)
        self.days_shown = t.days(figures.period.first, figures.period.last)
        said = verdict.paragraph(summary)
        self.paragraph = Markup(" ").join(_colour(sentence, t) for sentence in said)
        # Said once, beside what is first said so: beneath the opening, or else beneath the two big numbers.
        self.meanings = t.paragraph([*range_means(said), *strong_means(summary)])
        self.range_means = "" if range_means(said) else t.paragraph(range_means(_spans(summary)))
        self.why = _why(summary, t)
        # Said once: beside the sentence with what they change, or else under "Now".
        self.runs_told = sum(one.runs for one in summary.undecided) == summary.today.reviews and bool(_undecided(summary, t))
        self.time = t.formats.time(now)
        self.moment = t.listed(t.formats.weekday_and_day(now.date()), self.time)
        self.today = summary.now_day
        self.now = ShownNow(summary, t, now_ms)
        self.signals = _signals(summary, t)
        self.pair_chart = _pair_chart(summary, t)
        self.gap = "" if figures.period.running else gap_sentence(figures.gap, figures.service, figures.experience, t)
        self.gap_data = gap_data(figures.gap, figures.service, figures.experience)
        beside = [sentence for sentence in verdict.beside_others(summary) if sentence not in said]
        middle = [Sentence("figure.middle")] if figures.standing.outer and beside else []
        self.beside = [t.paragraph([*beside, *middle]), t.paragraph(verdict.changes(summary))]
        self.lens = lens_words(summary, t)
        self.since = ShownSince(summary, t, reader)
        self.hours = None if summary.hours is None else ShownHours(summary, summary.hours, t)
        self.where = ShownWhere(summary, t)
        self.skills = None if summary.skills is None else ShownSkills(summary.skills, t)
        self.scale = small_scale(t)
        self.sure = ShownSure(summary, t)
        self.version = summary.definition.version


def _spans(summary: StoreSummary) -> list[Sentence]:
    """The ranges that stand beneath the big numbers, the first one first."""
    figures = summary.figures
    shown_ones = [one for one in (figures.service, figures.experience) if one.value is not None and one.low is not None]
    return [span(Sentence("label.service"), one) for one in shown_ones]


def _why(summary: StoreSummary, t: Translator) -> list[tuple[str, Markup]]:
    """What bends the figures, since when and at what hour it is surely amiss: the part that shows it, and its sentence."""
    if summary.figures.period.running:
        return []
    runs = _undecided(summary, t)
    found = [("now", runs)] if runs else []
    lower = [step for step in summary.line.steps if step.moved.clear and (step.moved.points or 0.0) < 0]
    found += [("since", t.tell_html(step_words(step, summary))) for step in lower]
    if summary.hours is not None and summary.hours.spells:
        found.append(("hours", t.tell_html(spell_words(summary.hours.spells[0], t))))
    return found


def _undecided(summary: StoreSummary, t: Translator) -> Markup:
    """What runs of presses that wait for a decision do to the figures; "" where there are none."""
    days = Days(summary.figures.period.first, summary.figures.period.last, summary.now_day)
    said = [
        t.tell_html(
            Sentence(
                f"reviews.effect-{one.signal}",
                values={"days": days, "with": shown(one.with_runs), "without": shown(one.without_runs), "hundred": HUNDRED},
            )
        )
        for one in summary.undecided
        if one.runs and one.without_runs is not None
    ]
    if not said:
        return Markup("")
    runs = sum(one.runs for one in summary.undecided)
    return Markup(" ").join([t.say_html("reviews.of-store", runs), *said])


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
