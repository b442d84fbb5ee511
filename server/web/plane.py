"""A plane of points drawn on the server: positions, ticks, marks in two or three paths however many stores, and labels.

Hundreds of circles would weigh more than the rest of the page, so marks are the round ends of strokes without length.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from server.i18n.translator import Translator

TOP, BASE, HEIGHT = 30.0, 420.0, 466.0
WIDE = 1000
# Labels are placed as if the plane were so wide; on other screens they may come a little closer to each other.
USUAL_WIDTH = 500.0
LETTER, LINE = 7.4, 16.0
LATE = 0.65
PLACES = ((10, 5, "start"), (-10, 5, "end"), (0, -11, "middle"), (0, 21, "middle"), (9, -8, "start"), (-9, -8, "end"))

# Left, top, right and bottom in pixels, in reading direction.
Box = tuple[float, float, float, float]


class Axis(NamedTuple):
    """From which value to which."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[int]:
        """Round values to be written at the axis."""
        rough = (self.high - self.low) / 4
        unit = 10 ** math.floor(math.log10(rough))
        step = max(1, int(next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)))
        return list(range(math.ceil(self.low / step) * step, math.floor(self.high) + 1, step))


class Spot(NamedTuple):
    """A point with its label, "" for none; `strong` labels are placed first."""

    x: float
    y: float
    label: str = ""
    strong: bool = False


def round_axis(values: Iterable[float], step: int = 10) -> Axis:
    """An axis of an index that holds these values, from one round number to another, within 0 and 100."""
    found = list(values)
    low, high = math.floor(min(found) / step) * step, math.ceil(max(found) / step) * step
    return Axis(max(0, low), min(100, high if high > low else low + step))


class Plane:
    """Points of two values, mirrored where reading goes from right to left."""

    def __init__(self, x: Axis, y: Axis, t: Translator) -> None:
        self.x, self.y, self._t = x, y, t
        self._mirrored = t.direction == "rtl"

    def across(self, value: float) -> float:
        """Where a value stands across the plane, 0 to 1 from the left."""
        share = self.x.share(value)
        return 1 - share if self._mirrored else share

    def left(self, value: float) -> str:
        """The same as a percentage."""
        return f"{100 * self.across(value):.2f}%"

    def wide(self, value: float) -> int:
        """The same in the inner, stretching svg."""
        return round(WIDE * self.across(value))

    def up(self, value: float) -> float:
        """How far below the top a value stands, in pixels."""
        return BASE - (BASE - TOP) * self.y.share(value)

    def frame(self) -> str:
        """Grid, axes and the numbers at them."""
        number = self._t.formats.number
        start, inset = ("100%", 8) if self._mirrored else ("0", -8)
        parts = []
        for value in self.y.ticks():
            y = f"{self.up(value):.1f}"
            parts.append(f'<line class="grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>')
            parts.append(f'<text x="{start}" dx="{inset}" y="{y}" dy="5" text-anchor="end">{escape(number(value))}</text>')
        for value in self.x.ticks():
            x, anchor = self.left(value), "end" if value == self.x.high else "middle"
            parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP:g}" y2="{BASE:g}"/>')
            parts.append(f'<text x="{x}" y="{BASE + 20:g}" text-anchor="{anchor}">{escape(number(value))}</text>')
        parts.append(f'<line class="axis" x1="0" x2="100%" y1="{BASE:g}" y2="{BASE:g}"/>')
        parts.append(f'<line class="axis" x1="{start}" x2="{start}" y1="{TOP:g}" y2="{BASE:g}"/>')
        return "".join(parts)

    def names(self, x_name: str, x_kind: str, y_name: str, y_kind: str) -> str:
        """What the axes are: the upright one's name above it, the other's at its end."""
        start, inset, end = ("100%", 30, "0") if self._mirrored else ("0", -30, "100%")
        return (
            f'<text class="{y_kind}" x="{start}" dx="{inset}" y="10">{escape(y_name)}</text>'
            f'<text class="{x_kind}" x="{end}" y="{BASE + 42:g}" text-anchor="end">{escape(x_name)}</text>'
        )

    def marks(self, spots: Iterable[Spot], *kinds: str) -> str:
        """One path with a round mark at each spot, painted once for each kind; from mark to mark, which is shorter."""
        places = sorted((self.wide(spot.x), round(self.up(spot.y))) for spot in spots)
        if not places:
            return ""
        steps = (f"m{x - left} {y - top}h0" for (left, top), (x, y) in pairwise(places))
        path = f"M{places[0][0]} {places[0][1]}h0{''.join(steps)}"
        if len(kinds) == 1:
            return f'<path class="{kinds[0]}" d="{path}"/>'
        uses = "".join(f'<use class="{kind}" href="#marks"/>' for kind in kinds)
        return f'<defs><path id="marks" d="{path}"/></defs>{uses}'

    def labels(self, spots: Sequence[Spot]) -> str:
        """Labels beside their spots where they hide no other label and no mark; those without room are left out."""
        taken = _Taken(self._box(spot, 0, 4, "middle", 10) for spot in spots)
        parts = []
        for spot in sorted((spot for spot in spots if spot.label), key=lambda spot: not spot.strong):
            # Near the end of a narrow plane there is room on the other side alone.
            late = self.x.share(spot.x) > LATE
            for dx, dy, anchor in sorted(PLACES, key=lambda place: late and place[2] == "start"):
                box = self._box(spot, dx, dy, anchor, LETTER * len(spot.label))
                if self._inside(box) and not taken.meets(box):
                    taken.add(box)
                    parts.append(self._label(spot, dx, dy, anchor))
                    break
        return "".join(parts)

    def _label(self, spot: Spot, dx: float, dy: float, anchor: str) -> str:
        kind = "halo strong" if spot.strong else "halo"
        shift = -dx if self._mirrored else dx
        return (
            f'<text class="{kind}" x="{self.left(spot.x)}" y="{self.up(spot.y):.1f}" dx="{shift:g}" dy="{dy:g}"'
            f' text-anchor="{anchor}">{escape(spot.label)}</text>'
        )

    def _box(self, spot: Spot, dx: float, dy: float, anchor: str, width: float) -> Box:
        """In reading direction, so that it is the same in both."""
        x = USUAL_WIDTH * self.x.share(spot.x) + dx
        left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
        y = self.up(spot.y) + dy
        return left, y - LINE + 3, left + width, y + 3

    def _inside(self, box: Box) -> bool:
        return box[0] >= 0 and box[2] <= USUAL_WIDTH and box[1] >= TOP - LINE and box[3] <= BASE


class _Taken:
    """Boxes that are taken, by the lines that they lie in: of hundreds, a few are near enough to be looked at."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._lines: dict[int, list[Box]] = {}
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        """Take a box."""
        for line in _lines(box):
            self._lines.setdefault(line, []).append(box)

    def meets(self, box: Box) -> bool:
        """Whether any taken box meets this one."""
        return any(_meet(box, other) for line in _lines(box) for other in self._lines.get(line, ()))


def _lines(box: Box) -> range:
    return range(int(box[1] // LINE), int(box[3] // LINE) + 1)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
