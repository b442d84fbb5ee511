"""Where: each touchpoint's questions in the reader's words, and links that show one of them alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.comparison.verdict import much_marked
from server.i18n.sentence import Name
from server.web.charts import dot_row
from server.web.figures import ShownIndex, shown_index, touchpoint_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

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
        self.bands_drawn = any(place.index.low is not None for place in summary.places)
        self.ticks_drawn = any(place.others.value is not None for place in summary.places)


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
        much_marked(place.marked, place.index.total),
        lens,
        (summary.lens.touchpoint, summary.lens.question) == (place.touchpoint, place.question),
    )


def _question(texts: Mapping[str, Mapping[str, str]], code: str, t: Translator) -> str:
    words = texts.get(t.language) or texts.get("en") or {}
    return words.get("question", code)
