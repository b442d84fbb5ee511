"""At what hour: the table of hours and weekdays in the reader's words, its week beginning on the language's first day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from server.comparison.rounding import outwards, shown
from server.i18n.sentence import Sentence

if TYPE_CHECKING:
    from server.comparison.hours_of_week import Cell, HoursOfWeek, Spell
    from server.comparison.summary import StoreSummary
    from server.i18n.translator import Translator

# From which share of unhappy answers on a cell has which shade: by luminance alone, so that it survives grey print.
SHADES = (0, 20, 30, 40, 50)
HUNDRED = 100
MONDAY = date(2026, 11, 16)


class ShownCell(NamedTuple):
    """A cell: its number ("" where nobody pressed), whether there are too few for one, its shade's class."""

    words: str
    few: bool
    shade: str
    sure: bool


class ShownHour(NamedTuple):
    """A row of the table."""

    hour: str
    cells: list[ShownCell]


class ShownHours:
    """What the template places under "At what hour"."""

    def __init__(self, summary: StoreSummary, hours: HoursOfWeek, t: Translator) -> None:
        self.signal = hours.signal
        self.any = any(cell.share is not None for cell in hours.cells)
        self.say = t.paragraph(said(hours, t))
        order = [(t.formats.first_weekday + day) % 7 for day in range(7)]
        days = [MONDAY + timedelta(days=weekday) for weekday in order]
        self.weekdays = [
            (t.formats.weekday(day, "narrow"), t.formats.weekday(day, "short"), t.formats.weekday(day)) for day in days
        ]
        cells = {(cell.weekday, cell.hour): cell for cell in hours.cells}
        self.rows = [
            ShownHour(_clock(hour, t), [_cell(cells.get((weekday, hour)), t) for weekday in order]) for hour in hours.hours
        ]
        window = t.days(hours.first, hours.end - timedelta(days=1))
        self.caption = _caption(hours, summary, window, t)
        self.shades = [t.say("unit.to", low=low, high=after - 1) for low, after in pairwise(SHADES)]
        self.shades.append(t.say("hours.or-more", low=SHADES[-1]))
        self.sure = any(cell.sure for cell in hours.cells)


def said(hours: HoursOfWeek, t: Translator) -> list[Sentence]:
    """What stands out, or that nothing does."""
    if hours.usual is None or not hours.tried:
        return [Sentence("hours.too-few")]
    usual = shown(hours.usual)
    if not hours.spells:
        return [Sentence("hours.none", values={"usual": usual, "hundred": HUNDRED})]
    return [
        *(spell_words(spell, t) for spell in hours.spells),
        Sentence("hours.usual", values={"usual": usual, "hundred": HUNDRED}),
    ]


def spell_words(spell: Spell, t: Translator) -> Sentence:
    """Hours that stand out, with their share and its range."""
    low, high = outwards(spell.low, spell.high)
    day = spell.day or MONDAY + timedelta(days=spell.weekday)
    words = t.formats.weekday(day) if spell.day is None else t.formats.weekday_and_day(day)
    facts: dict[str, int | str] = {"day": words, "from_time": _clock(spell.from_hour, t), "to_time": _clock(spell.to_hour, t)}
    facts |= {"share": shown(spell.share), "low": low, "high": high, "hundred": HUNDRED}
    return Sentence("hours.spell-weeks" if spell.day is None else "hours.spell", values=facts)


def _caption(hours: HoursOfWeek, summary: StoreSummary, window: str, t: Translator) -> str:
    if len(hours.questions) == 1:
        texts = next((place.texts for place in summary.places if place.question == hours.questions[0]), {})
        words = texts.get(t.language) or texts.get("en") or {}
        return t.say("hours.caption-one", question=words.get("question", hours.questions[0]), hundred=HUNDRED, days=window)
    what = Sentence(f"label.{hours.signal}")
    return t.say("hours.caption", what=what, hundred=HUNDRED, days=window)


def _cell(cell: Cell | None, t: Translator) -> ShownCell:
    if cell is None or not cell.total:
        return ShownCell("", few=True, shade="", sure=False)
    if cell.share is None:
        return ShownCell("·", few=True, shade="", sure=False)
    number = shown(cell.share)
    words = t.formats.number(number)
    if not cell.firm:
        return ShownCell(words, few=True, shade="", sure=False)
    return ShownCell(words, few=False, shade=str(sum(number >= step for step in SHADES)), sure=cell.sure)


def _clock(hour: int, t: Translator) -> str:
    # 24 is the end of a day's last hour.
    return t.formats.time(datetime(2026, 1, 1, hour % 24)) if hour < 24 else t.formats.digits("24:00")  # noqa: DTZ001
