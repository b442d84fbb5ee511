"""The funnel chart: how far chance alone carries a store of each size, and which stores it does not explain."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from server.analysis.funnel import WIDEN_FROM, funnel_limits, is_beyond, overdispersion
from server.analysis.intervals import quantile
from server.comparison.standing import OTHER_FACES
from server.web.charts import svg
from server.web.plane import BASE, HEIGHT, TOP, WIDE, Axis, Plane, Spot, round_axis
from server.web.quadrant_chart import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.analysis.intervals import Interval
    from server.comparison.chain import Figures
    from server.comparison.indexes import Index
    from server.i18n.translator import Translator

INNER, OUTER = 0.95, 0.998
STEPS = 24
MOST_LABELS = 12
LEAST_STORES = 3
# With so many presses, exact limits lie between these parts of those that a normal distribution has.
MANY, PLAINLY_INSIDE, PLAINLY_OUTSIDE = 200, 0.8, 1.25


@dataclass(frozen=True, slots=True)
class Funnel:
    """One index of several stores around their common share (0 to 1).

    `widened` is how many times more than chance the stores differ where that moves the limits, else None. `outside` and
    `far_outside` are the stores beyond the inner and the outer limits, the latter among the former too.
    """

    signal: str
    share: float
    stores: tuple[Figures, ...]
    widened: float | None
    outside: tuple[Figures, ...]
    far_outside: tuple[Figures, ...]
    spread: float


def funnel_of(stores: Sequence[Figures], together: Index, signal: str) -> Funnel | None:
    """The funnel of these stores but those with other faces; None with fewer than three of them, or where all pressed alike."""
    drawn = tuple(one for one in stores if getattr(one, signal).value is not None and one.standing.group != OTHER_FACES)
    share = together.positive / together.total if together.total else 0.0
    if len(drawn) < LEAST_STORES or not 0 < share < 1:
        return None
    more = overdispersion([_weighed(getattr(one, signal)) for one in drawn], share)
    beyond = [tuple(one for one in drawn if _is_outside(getattr(one, signal), share, level, more)) for level in (INNER, OUTER)]
    return Funnel(signal, share, drawn, more if more > WIDEN_FROM else None, beyond[0], beyond[1], more)


def funnel_chart(funnel: Funnel, t: Translator, title: str) -> Markup:
    """The funnel with every store as a mark; those that chance does not explain are named."""
    signal, few = funnel.signal, len(funnel.outside) <= MOST_LABELS
    most = max(getattr(one, signal).effective for one in funnel.stores)
    named = funnel.outside if few else funnel.far_outside[:MOST_LABELS]
    spots = [
        Spot(
            getattr(one, signal).effective,
            getattr(one, signal).value or 0.0,
            short(one.store.name) if one in named else "",
            one in funnel.far_outside,
        )
        for one in funnel.stores
    ]
    least = min(getattr(one, signal).effective for one in funnel.stores)
    reach = _limits(funnel.share, max(least, most / 12), INNER, funnel.spread)
    values = [spot.y for spot in spots]
    plane = Plane(Axis(0, 1.04 * most), round_axis([*values, 100 * reach.lower, 100 * reach.upper]), t)
    mean = f"{plane.up(100 * funnel.share):.1f}"
    parts = [
        f'<svg class="plot" height="{HEIGHT:g}" role="img" aria-label="{escape(title)}">',
        f'<svg class="stretch" width="100%" height="{HEIGHT:g}" viewBox="0 0 {WIDE} {HEIGHT:g}" preserveAspectRatio="none">',
        f'<clipPath id="within"><rect x="0" y="{TOP:g}" width="{WIDE}" height="{BASE - TOP:g}"/></clipPath>',
        '<g clip-path="url(#within)">',
        *(_area(plane, funnel, level, least) for level in (OUTER, INNER)),
        "</g></svg>",
        plane.frame(),
        f'<line class="mean" x1="0" x2="100%" y1="{mean}" y2="{mean}"/>',
        plane.names(t.say("office.presses"), "", t.say(f"label.{signal}"), f"text-{signal}"),
        f'<svg class="stretch" width="100%" height="{HEIGHT:g}" viewBox="0 0 {WIDE} {HEIGHT:g}" preserveAspectRatio="none">',
        plane.marks(spots, f"pips pips-{signal}"),
        "</svg>",
        plane.labels(spots),
        "</svg>",
    ]
    return svg(parts)


def limits_of(funnel: Funnel, index: Index) -> tuple[Interval, Interval]:
    """The inner and the outer limits for a store of this size."""
    inner, outer = (_limits(funnel.share, index.effective, level, funnel.spread) for level in (INNER, OUTER))
    return inner, outer


def _area(plane: Plane, funnel: Funnel, level: float, least: float) -> str:
    """One level's area, denser where it bends."""
    low, high = max(1.0, min(least, plane.x.high / 50)), plane.x.high
    sizes = [low * (high / low) ** (step / STEPS) for step in range(STEPS + 1)]
    limits = [(size, _limits(funnel.share, size, level, funnel.spread)) for size in sizes]
    points = [(size, limit.upper) for size, limit in limits] + [(size, limit.lower) for size, limit in reversed(limits)]
    path = "L".join(f"{plane.wide(size)} {plane.up(100 * share):.0f}" for size, share in points)
    return f'<path class="limit" d="M{path}Z"/>'


def _limits(share: float, presses: float, level: float, more: float) -> Interval:
    return funnel_limits(share, max(1, round(presses)), level, more)


def _is_outside(index: Index, share: float, level: float, more: float) -> bool:
    """Whether a store lies outside; of most it is plain to see, and exact limits cost as much as the rest of its row."""
    own = index.positive / index.total
    widen = math.sqrt(more) if more > WIDEN_FROM else 1.0
    z = abs(own - share) / math.sqrt(share * (1 - share) / index.effective) / widen
    limit = quantile(level)
    if index.effective >= MANY and not PLAINLY_INSIDE < z / limit < PLAINLY_OUTSIDE:
        return z > limit
    return is_beyond(own, share, max(1, round(index.effective)), level, more)


def _weighed(index: Index) -> tuple[float, float]:
    return index.positive / index.total * index.effective, index.effective
