"""Charts as SVG, drawn on the server: text never scales, positions are shares of the width, everything mirrors right-to-left.

The outer svg has no viewBox: its block size is fixed and its inline size follows the page. Lines and bands lie in an inner
svg (`stretch`) that does stretch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.comparison.indexes import Index
    from server.i18n.translator import Translator


class Row(NamedTuple):
    """One pair of indexes in the side-by-side figure; `firm` draws filled marks, else rings."""

    label: str
    service: Index
    experience: Index
    words: str
    firm: bool


class Scale:
    """Positions along the inline axis: shares 0 to 100 from where reading starts."""

    def __init__(self, direction: str) -> None:
        self._mirrored = direction == "rtl"

    def at(self, share: float) -> str:
        """Where a share stands, as a percentage from the left."""
        return f"{100 - share if self._mirrored else share:.2f}%"

    def band(self, kind: str, low: float, high: float, y: float, height: float) -> str:
        """A soft band from low to high."""
        left = self.at(high if self._mirrored else low)
        return f'<rect class="band-{kind}" x="{left}" width="{high - low:.2f}%" y="{y:g}" height="{height:g}" rx="2"/>'

    def bands(self, service: Index, experience: Index, y: float, height: float) -> str:
        """Both bands around `y`; where one stands without its number, in two lanes and dashed, so that they stay apart."""
        few = {"service": _few(service), "experience": _few(experience)}
        lanes = any(few.values())
        tall = height / 2 - 1 if lanes else height
        parts = []
        for signal, index in (("service", service), ("experience", experience)):
            if index.low is None or index.high is None:
                continue
            top = y - height / 2 + (tall + 2 if lanes and signal == "experience" else 0)
            parts.append(self.band(f"{signal} few" if few[signal] else signal, index.low, index.high, top, tall))
        return "".join(parts)

    def mark(self, kind: str, signal: str, share: float, y: float, size: float) -> str:
        """The signal's mark: a square for service, a circle for experience, and for what is neither."""
        if signal == "service":
            side = 2 * size - 1
            return (
                f'<rect class="{kind}-service" x="{self.at(share)}" y="{y - side / 2:g}" width="{side:g}" height="{side:g}"'
                f' transform="translate({-side / 2:g} 0)"/>'
            )
        return f'<circle class="{kind}-{signal}" cx="{self.at(share)}" cy="{y:g}" r="{size:g}"/>'


def _few(index: Index) -> bool:
    return index.value is None and index.low is not None


def _drawn(*indexes: Index) -> bool:
    """Whether there is anything to draw: while a period runs, a number alone is none."""
    return any(index.low is not None for index in indexes)


def side_by_side(rows: Sequence[Row], t: Translator) -> Markup:
    """Service and experience of each row on one scale, 0 to 100, with a bracket for the gap; nothing where nothing is known."""
    rows = [row for row in rows if _drawn(row.service, row.experience)]
    if not rows:
        return Markup("")
    scale, bottom = Scale(t.direction), 82 * len(rows) + 4
    parts = [f'<svg class="plot" height="{bottom + 28}" aria-hidden="true" focusable="false">', _axis(scale, t, bottom)]
    for number, row in enumerate(rows):
        parts.append(_pair(row, scale, 82 * number + 56, t))
    return svg([*parts, "</svg>"])


def small_pair(service: Index, experience: Index, t: Translator) -> Markup:
    """Both indexes of one store in a table's cell, on the rule that the sheet draws; nothing where nothing is known."""
    if not _drawn(service, experience):
        return Markup("")
    scale, y = Scale(t.direction), 15
    parts = ['<svg class="plot rule" height="30" aria-hidden="true">', scale.bands(service, experience, y, 14)]
    parts.append(_bracket(service, experience, scale, y))
    for signal, index in (("experience", experience), ("service", service)):
        if index.value is not None:
            parts.append(scale.mark("dot", signal, index.value, y, 5))
    return svg([*parts, "</svg>"])


def small_scale(t: Translator) -> Markup:
    """The numbers over a column of small_pair or dot_row."""
    scale = Scale(t.direction)
    texts = "".join(
        f'<text x="{scale.at(share)}" y="14" text-anchor="middle">{escape(t.formats.number(share))}</text>'
        for share in (0, 50, 100)
    )
    return svg([texts])


def dot_row(index: Index, others: Index, signal: str, t: Translator) -> Markup:
    """One question's share on its band, with an upright tick for the other stores; nothing where neither is known."""
    if not _drawn(index, others):
        return Markup("")
    scale, y = Scale(t.direction), 11
    parts = ['<svg class="plot dots-scale" height="22" aria-hidden="true" focusable="false">', _rule(scale, y, 4)]
    if index.low is not None and index.high is not None:
        parts.append(scale.band(f"{signal} few" if _few(index) else signal, index.low, index.high, y - 6, 12))
    if others.value is not None:
        tick = scale.at(others.value)
        parts.append(f'<line class="reference" x1="{tick}" x2="{tick}" y1="2" y2="20"/>')
    if index.value is not None:
        parts.append(scale.mark("dot", signal, index.value, y, 5))
    return svg([*parts, "</svg>"])


def _axis(scale: Scale, t: Translator, bottom: float) -> str:
    return "".join(
        f'<line class="grid" x1="{share}%" x2="{share}%" y1="4" y2="{bottom:g}"/>'
        f'<text x="{scale.at(share)}" y="{bottom + 20:g}" text-anchor="middle">{escape(t.formats.number(share))}</text>'
        for share in (0, 25, 50, 75, 100)
    )


def _pair(row: Row, scale: Scale, y: float, t: Translator) -> str:
    inset = -6 if t.direction == "rtl" else 6
    label = f'x="{scale.at(0)}" y="{y - 34:g}" text-anchor="start" dx="{inset}">{escape(row.label)}'
    parts = [f'<text class="strong halo" {label}</text>', scale.bands(row.service, row.experience, y, 18)]
    parts.append(_bracket(row.service, row.experience, scale, y))
    kind = "dot" if row.firm else "ring"
    for signal, index in (("experience", row.experience), ("service", row.service)):
        if index.value is not None:
            parts.append(scale.mark(kind, signal, index.value, y, 6.5))
    if row.service.value is not None and row.experience.value is not None:
        # The words stay inside the figure where both marks lie near its end.
        middle = min(82.0, max(18.0, (row.service.value + row.experience.value) / 2))
        parts.append(
            f'<text class="strong halo" x="{scale.at(middle)}" y="{y - 15:g}" text-anchor="middle">{escape(row.words)}</text>'
        )
    return "".join(parts)


def _bracket(service: Index, experience: Index, scale: Scale, y: float) -> str:
    if service.value is None or experience.value is None:
        return ""
    return f'<line class="bracket" x1="{scale.at(experience.value)}" x2="{scale.at(service.value)}" y1="{y:g}" y2="{y:g}"/>'


def _rule(scale: Scale, y: float, tick: float = 5) -> str:
    ticks = "".join(
        f'<line class="grid" x1="{scale.at(share)}" x2="{scale.at(share)}" y1="{y - tick:g}" y2="{y + tick:g}"/>'
        for share in (0, 50, 100)
    )
    return f'<line class="grid" x1="0" x2="100%" y1="{y:g}" y2="{y:g}"/>{ticks}'


def svg(parts: Iterable[str]) -> Markup:
    """Finished parts as markup; every text among them is escaped already."""
    return Markup("".join(parts))  # noqa: S704  (texts are escaped where they are put in, the rest are numbers)
