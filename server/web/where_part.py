"""Where: each touchpoint's questions in the reader's words, and links that show one of them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison.furthest import furthest
from server.comparison.gaps import spoken
from server.comparison.rounding import shown
from server.comparison.verdict import asks_for_a_look
from server.i18n.sentence import Name, Sentence
from server.web.charts import dot_row
from server.web.figures import ShownIndex, shown_index, touchpoint_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.comparison.furthest import Far
    from server.comparison.parts import Place
    from server.comparison.summary import StoreSummary
    from server.i18n.translator import Translator

SIGNALS = ("experience", "service")


class ShownPlace(NamedTuple):
    """A row: names, figures, drawing, whether its kiosk needs a look; the address's words for it, and if it is shown alone."""

    touchpoint: str
    question: str
    shown: ShownIndex
    chart: Markup
    check: bool
    lens: Mapping[str, str]
    alone: bool


class ShownWhere:
    """What the template places under "Where"."""

    def __init__(self, summary: StoreSummary, t: Translator) -> None:
        self.places = {
            signal: [_place(place, summary, t) for place in summary.places if place.signal == signal] for signal in SIGNALS
        }
        self.any = bool(summary.places)
        self.say = Markup(" ").join(_furthest(far, t) for far in furthest(summary))
        self.bands_drawn = any(place.index.low is not None for place in summary.places)
        self.ticks_drawn = any(place.others.value is not None for place in summary.places)


def _furthest(far: Far, t: Translator) -> Markup:
    points = abs(shown(far.place.index.value) - shown(far.place.others.value))
    low, high = spoken(far.away, points)
    name = "where.below" if (far.away.points or 0.0) < 0 else "where.above"
    place = Name(touchpoint_words(far.place.touchpoint, t))
    facts = {"own": shown(far.place.index.value), "theirs": shown(far.place.others.value), "low": low, "high": high}
    return t.say_html(name, points, what=Sentence(f"label.{far.place.signal}"), touchpoint=place, **facts)


def lens_words(summary: StoreSummary, t: Translator) -> Markup | None:
    """What "since when" and "at what hour" are narrowed to; None where they are not."""
    lens = summary.lens
    if lens.touchpoint is None and lens.question is None:
        return None
    parts = [] if lens.touchpoint is None else [touchpoint_words(lens.touchpoint, t)]
    if lens.question is not None:
        texts = next((place.texts for place in summary.places if place.question == lens.question), {})
        parts.append(_question(texts, lens.question, t))
    return t.say_html("lens.alone", what=Name(t.listed(*parts)))


def _place(place: Place, summary: StoreSummary, t: Translator) -> ShownPlace:
    lens = {"touchpoint": place.touchpoint, "question": place.question}
    return ShownPlace(
        touchpoint_words(place.touchpoint, t),
        _question(place.texts, place.question, t),
        shown_index(place.index, t, "unit.to"),
        dot_row(place.index, place.others, place.signal, t),
        asks_for_a_look(place),
        lens,
        (summary.lens.touchpoint, summary.lens.question) == (place.touchpoint, place.question),
    )


def _question(texts: Mapping[str, Mapping[str, str]], code: str, t: Translator) -> str:
    words = texts.get(t.language) or texts.get("en") or {}
    return words.get("question", code)
