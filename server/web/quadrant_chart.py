"""The quadrant chart: every store's service against its experience, with ranges, and the lines that part strong from weak."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from server.comparison import quadrant
from server.comparison.standing import NARROWER, WIDER
from server.web.charts import svg
from server.web.plane import BASE, HEIGHT, LINE, TOP, WIDE, Plane, Spot, round_axis

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from server.comparison.chain import Figures
    from server.comparison.quadrant import Cuts
    from server.i18n.translator import Translator

# With more stores than this, ranges are drawn of those in the list alone, and only those that stand out are labelled.
FEW = 30


def known(stores: Sequence[Figures]) -> list[Figures]:
    """The stores that can be drawn: those with both numbers."""
    return [one for one in stores if one.service.value is not None and one.experience.value is not None]


def quadrant_chart(stores: Sequence[Figures], listed: Collection[int], cuts: Cuts, t: Translator, title: str) -> Markup:
    """All stores at once; `listed` are the ids of those whose ranges are drawn where the chain is large."""
    drawn = known(stores)
    if not drawn:
        return Markup("")
    few = len(drawn) <= FEW
    armed = [one for one in drawn if few or one.store.id in listed]
    plane = _plane(drawn, armed, cuts, t)
    clear, unclear = [one for one in drawn if _clear(one)], [one for one in drawn if not _clear(one)]
    spots = [_spot(one, few=few) for one in drawn]
    parts = [
        f'<svg class="plot" height="{HEIGHT:g}" role="img" aria-label="{escape(title)}">',
        plane.frame(),
        _cuts(plane, cuts, t),
        plane.names(t.say("label.service"), "text-service", t.say("label.experience"), "text-experience"),
        f'<svg class="stretch" width="100%" height="{HEIGHT:g}" viewBox="0 0 {WIDE} {HEIGHT:g}" preserveAspectRatio="none">',
        _arms(plane, "cross cross-unclear", [one for one in armed if not _clear(one)]),
        _arms(plane, "cross", [one for one in armed if _clear(one)]),
        plane.marks([_spot(one, few=few) for one in unclear], "rims", "holes"),
        plane.marks([_spot(one, few=few) for one in clear], "pips"),
        "</svg>",
        plane.labels(spots),
        "</svg>",
    ]
    return svg(parts)


def _clear(one: Figures) -> bool:
    return one.verdict is not None and one.verdict.name not in {quadrant.UNCLEAR, quadrant.UNCUT}


def _spot(one: Figures, *, few: bool) -> Spot:
    stands_out = one.standing.group in {WIDER, NARROWER}
    return Spot(
        one.service.value or 0.0, one.experience.value or 0.0, short(one.store.name) if few or stands_out else "", stands_out
    )


def short(name: str) -> str:
    """A name that fits beside a mark: its first word, or as much of it as there is room for."""
    first = (name.split(maxsplit=1) or [name])[0]
    return first if len(first) <= 14 else f"{first[:13]}\u2026"


def _plane(drawn: Sequence[Figures], armed: Sequence[Figures], cuts: Cuts, t: Translator) -> Plane:
    axes = []
    for signal, cut in (("service", cuts.service), ("experience", cuts.experience)):
        indexes = [getattr(one, signal) for one in drawn]
        ends = [end for one in armed for end in (getattr(one, signal).low, getattr(one, signal).high) if end is not None]
        axes.append(round_axis([*(index.value for index in indexes), *ends, *([] if cut is None else [cut])]))
    return Plane(axes[0], axes[1], t)


def _arms(plane: Plane, kind: str, stores: Sequence[Figures]) -> str:
    """One path with the ranges of both indexes of each store."""
    path = "".join(
        f"M{plane.wide(one.service.low)} {round(plane.up(one.experience.value or 0))}H{plane.wide(one.service.high)}"
        f"M{plane.wide(one.service.value or 0)} {round(plane.up(one.experience.low))}V{round(plane.up(one.experience.high))}"
        for one in stores
        if one.service.low is not None and one.service.high is not None
        if one.experience.low is not None and one.experience.high is not None
    )
    return f'<path class="{kind}" d="{path}"/>' if path else ""


def _cuts(plane: Plane, cuts: Cuts, t: Translator) -> str:
    """The two lines, and in each corner what a store there is."""
    if cuts.service is None or cuts.experience is None:
        return ""
    x, y = plane.left(cuts.service), f"{plane.up(cuts.experience):.1f}"
    start, end, inset = ("100%", "0", -8) if t.direction == "rtl" else ("0", "100%", 8)
    # Not at one height: on a phone two of them would meet. Each with the height of its last line.
    corners = (
        (start, inset, TOP + 16 + LINE, "start", _in_two(t.say(f"say.{quadrant.WELCOMES}"))),
        (end, -inset, TOP - 8, "end", [t.say(f"say.{quadrant.BOTH_STRONG}")]),
        (start, inset, BASE - 26, "start", _in_two(t.say(f"say.{quadrant.BOTH_WEAK}"))),
        (end, -inset, BASE - 8, "end", [t.say(f"say.{quadrant.SERVES}")]),
    )
    return "".join(
        [
            f'<line class="target" x1="{x}" x2="{x}" y1="{TOP:g}" y2="{BASE:g}"/>',
            f'<line class="target" x1="0" x2="100%" y1="{y}" y2="{y}"/>',
            *(
                f'<text class="corner halo" x="{at}" dx="{dx}" y="{height - LINE * (len(lines) - 1 - row):g}"'
                f' text-anchor="{anchor}">{escape(line)}</text>'
                for at, dx, height, anchor, lines in corners
                for row, line in enumerate(lines)
            ),
        ]
    )


def _in_two(words: str) -> list[str]:
    """Words in two lines of about one length: most stores serve well, so there is little room left of that line."""
    spaces = [place for place, letter in enumerate(words) if letter == " "]
    middle = min(spaces, key=lambda place: abs(2 * place - len(words)), default=0)
    return [words[:middle], words[middle + 1 :]] if middle else [words]
