"""How a figure stands on a page: its words for people, and the same figure as plain numbers for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison.gaps import gap_between
from server.comparison.rounding import outwards, shown

if TYPE_CHECKING:
    from server.comparison.indexes import Gap, Index
    from server.i18n.translator import Translator


class ShownIndex(NamedTuple):
    """An index in words: its number ("" when withheld), its range or why there is none, its presses."""

    value: str
    span: str
    presses: str
    few: str


def shown_index(index: Index, t: Translator, between: str = "unit.between") -> ShownIndex:
    """An index as the page says it; `between` is the entry that words a range."""
    few = "" if index.value is not None else t.say("figure.none" if index.withheld == "none" else "figure.too-few")
    span = ""
    if index.low is not None:
        low, high = outwards(index.low, index.high)
        span = t.say(between, low=low, high=high)
        few = ""
    value = "" if index.value is None else t.formats.number(shown(index.value))
    return ShownIndex(value, span, t.say("unit.presses", index.total), few)


def gap_words(gap: Gap, service: Index, experience: Index, t: Translator) -> str:
    """The gap over its bracket: "25 points less"; readers subtract, so it is that of the two numbers shown."""
    if gap.points is None:
        return ""
    points = shown(experience.value) - shown(service.value)
    if not points:
        return t.say("unit.alike")
    return t.say("unit.points-less" if points < 0 else "unit.points-more", abs(points))


def gap_sentence(gap: Gap, service: Index, experience: Index, t: Translator) -> str:
    """The gap with its range, in a sentence without a minus sign."""
    return t.tell(gap_between(gap, service, experience))


def touchpoint_words(name: str, t: Translator) -> str:
    """A touchpoint in the reader's language where it is one of the usual ones, else the name that somebody typed."""
    usual = f"touchpoint.{'-'.join(name.casefold().split())}"
    return t.say(usual) if t.known(usual) else name


def data(name: str, value: float | None, low: float | None, high: float | None, count: int) -> Markup:
    """The attributes that a program finds a figure by; empty where it is withheld."""
    return Markup(' data-figure="{}" data-value="{}" data-low="{}" data-high="{}" data-count="{}"').format(
        name, plain(value), plain(low), plain(high), count
    )


def index_data(name: str, index: Index) -> Markup:
    """The attributes of an index."""
    return data(name, index.value, index.low, index.high, index.total)


def gap_data(gap: Gap, service: Index, experience: Index) -> Markup:
    """The attributes of the gap; its count is all presses behind it."""
    return data("gap", gap.points, gap.low, gap.high, service.total + experience.total)


def counted_words(counted: int, reactions: int, t: Translator) -> Markup:
    """How many presses counted of how many were accepted, in a sentence whose two numbers are figures for programs."""
    return t.say_html("data.counted", counted=_count("counted", counted, t), all=_count("reactions", reactions, t))


def plain(value: float | None) -> str:
    """A number for programs, one decimal, or nothing when it is not known; never a minus nought."""
    return "" if value is None else f"{round(value, 1) + 0.0:.1f}"


def _count(name: str, count: int, t: Translator) -> Markup:
    words = Markup('<span data-figure="{}" data-value="{}" data-low="" data-high="" data-count="{}">{}</span>')
    return words.format(name, count, count, t.formats.number(count))
