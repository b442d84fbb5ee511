"""The line of days: both indexes with their bands, and under them how many pressed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from server.web.charts import Scale, svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from server.comparison.indexes import Index
    from server.comparison.summary import Day
    from server.i18n.translator import Translator

DAY_WIDTH = 10
TOP, BASE = 14.0, 174.0
STRIP_TOP, STRIP_BASE = 190.0, 222.0


def day_lines(days: Sequence[Day], t: Translator, title: str) -> Markup:
    """Both indexes day by day with their bands, and under them how many pressed; the latter alone where no share is known."""
    width, above = DAY_WIDTH * len(days), 0.0 if share_known(days) else STRIP_TOP - 8
    tall = 252 - above
    parts = [f'<svg class="plot" height="{tall:g}" role="img" aria-label="{escape(title)}">']
    if above:
        # The upper part stays outside of the figure, and nothing is drawn there.
        parts.append(f'<svg width="100%" height="252" y="{-above:g}" overflow="visible">')
    else:
        parts.append(_share_lines(t))
    parts.append(f'<svg class="stretch" width="100%" height="252" viewBox="0 0 {width} 252" preserveAspectRatio="none">')
    mirrored = t.direction == "rtl"
    for signal in ("service", "experience"):
        parts += _series([getattr(day, signal) for day in days], signal, width, mirrored=mirrored)
    parts.append(_strip([day.reactions for day in days], width, mirrored=mirrored))
    parts.append("</svg>")
    parts.append(f'<line class="axis" x1="0" x2="100%" y1="{STRIP_BASE:g}" y2="{STRIP_BASE:g}"/>')
    parts += _day_ticks(days, t)
    return svg([*parts, "</svg>" if above else "", "</svg>"])


def share_known(days: Sequence[Day]) -> bool:
    """Whether any day has a number or a range."""
    return any(index.value is not None or index.low is not None for day in days for index in (day.service, day.experience))


def _height(share: float) -> float:
    return BASE - (BASE - TOP) * share / 100


def _share_lines(t: Translator) -> str:
    start, inset = ("100%", 8) if t.direction == "rtl" else ("0", -8)
    return "".join(
        f'<line class="{"axis" if share == 0 else "grid"}" x1="0" x2="100%" y1="{_height(share):g}" y2="{_height(share):g}"/>'
        f'<text x="{start}" dx="{inset}" y="{_height(share) + 5:g}" text-anchor="end">{escape(t.formats.number(share))}</text>'
        for share in (0, 50, 100)
    )


def _series(indexes: Sequence[Index], signal: str, width: float, *, mirrored: bool) -> list[str]:
    def across(day: float) -> float:
        place = DAY_WIDTH * (day + 0.5)
        return width - place if mirrored else place

    parts = []
    # A lone day's band would have no width, and the first and last day's half of one.
    half = -0.4 * DAY_WIDTH if mirrored else 0.4 * DAY_WIDTH
    for run in _runs(index.value is not None and index.low is not None for index in indexes):
        upper = [(across(day), _height(indexes[day].high or 0)) for day in run]
        lower = [(across(day), _height(indexes[day].low or 0)) for day in reversed(run)]
        ends = [(lower[0][0] + half, upper[-1][1]), (lower[0][0] + half, lower[0][1])]
        begins = [(upper[0][0] - half, lower[-1][1]), (upper[0][0] - half, upper[0][1])]
        parts.append(f'<path class="band-{signal}" d="{_path([*upper, *ends, *lower, *begins])}Z"/>')
    # The day that is not over has a number and no range: its line goes on without a band.
    for run in _runs(index.value is not None for index in indexes):
        line = [(across(day), _height(indexes[day].value or 0)) for day in run]
        if len(line) == 1:
            line = [(line[0][0] - abs(half), line[0][1]), (line[0][0] + abs(half), line[0][1])]
        parts.append(f'<path class="line-{signal}" d="{_path(line)}"/>')
    for day, index in enumerate(indexes):
        if index.value is None and index.low is not None and index.high is not None:
            x = across(day) + (-1.5 if (signal == "service") != mirrored else 1.5)
            parts.append(
                f'<line class="few-{signal}" x1="{x:g}" x2="{x:g}"'
                f' y1="{_height(index.low):.1f}" y2="{_height(index.high):.1f}"/>'
            )
    return parts


def _runs(known: Iterable[bool]) -> Iterable[list[int]]:
    """Stretches of days of which something is known."""
    run: list[int] = []
    for day, known_day in enumerate(known):
        if known_day:
            run.append(day)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _strip(counts: Sequence[int], width: float, *, mirrored: bool) -> str:
    most = max([*counts, 1])
    bars = ""
    for day, count in enumerate(counts):
        tall = (STRIP_BASE - STRIP_TOP) * count / most
        x = DAY_WIDTH * day + 2
        left = width - x - (DAY_WIDTH - 4) if mirrored else x
        bars += f'<rect class="bars" x="{left:g}" y="{STRIP_BASE - tall:.1f}" width="{DAY_WIDTH - 4}" height="{tall:.1f}"/>'
    return bars


def _day_ticks(days: Sequence[Day], t: Translator) -> list[str]:
    scale, last = Scale(t.direction), len(days) - 1
    places = {0: ("start", 0.0), last // 2: ("middle", 100 * (last // 2 + 0.5) / len(days)), last: ("end", 100.0)}
    return [
        f'<text x="{scale.at(place)}" y="244" text-anchor="{anchor}">{escape(t.formats.tick(days[number].day))}</text>'
        for number, (anchor, place) in places.items()
    ]
