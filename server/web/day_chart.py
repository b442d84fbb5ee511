"""The line of days: both indexes with their bands and levels, what changed on which day, and under them how many pressed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from markupsafe import escape

from server.comparison.rounding import shown
from server.web.charts import Scale, svg

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from markupsafe import Markup

    from server.comparison.indexes import Index
    from server.comparison.line import Day, Level, Line
    from server.i18n.translator import Translator

DAY_WIDTH = 10
TOP, BASE = 34.0, 204.0
STRIP_TOP, STRIP_BASE = 234.0, 266.0
TALL = 296
# Numbers of changes closer together than this share of the width stand in two rows.
CLOSE_PERCENT = 5.0
TICK_DAYS = 14
SHORT_NAME = 7


def day_lines(line: Line, t: Translator, title: str) -> Markup:
    """Both indexes day by day, and under them how many pressed; the latter alone where no share is known."""
    days = line.days
    width, above = DAY_WIDTH * len(days), 0.0 if share_known(days) else STRIP_TOP - 18
    parts = [f'<svg class="plot" height="{TALL - above:g}" role="img" aria-label="{escape(title)}">']
    if above:
        # The upper part stays outside of the figure, and nothing is drawn there.
        parts.append(f'<svg width="100%" height="{TALL}" y="{-above:g}" overflow="visible">')
    else:
        parts += [_share_lines(t), _events(line, t)]
    parts.append(f'<svg class="stretch" width="100%" height="{TALL}" viewBox="0 0 {width} {TALL}" preserveAspectRatio="none">')
    mirrored = t.direction == "rtl"
    for signal in ("service", "experience"):
        broken = {day for of, day in line.breaks if of == signal}
        parts += _series(days, signal, broken, width, quiet=bool(line.levels), mirrored=mirrored)
    parts += [_level(level, days, width, mirrored=mirrored) for level in line.levels]
    parts.append(_strip([day.reactions for day in days], width, mirrored=mirrored))
    parts.append("</svg>")
    parts += _level_words(line, t)
    parts.append(f'<line class="axis" x1="0" x2="100%" y1="{STRIP_BASE:g}" y2="{STRIP_BASE:g}"/>')
    parts += [_strip_words(days, t), *_day_ticks(days, t)]
    return svg([*parts, "</svg>" if above else "", "</svg>"])


def share_known(days: Sequence[Day]) -> bool:
    """Whether any day has a number or a range."""
    return any(index.value is not None or index.low is not None for day in days for index in (day.service, day.experience))


def event_days(line: Line) -> list[date]:
    """The days with changes, in the order of their numbers in the figure."""
    return sorted({mark.day for mark in line.marks})


def _height(share: float) -> float:
    return BASE - (BASE - TOP) * share / 100


def _share_lines(t: Translator) -> str:
    start, inset = ("100%", 8) if t.direction == "rtl" else ("0", -8)
    return "".join(
        f'<line class="{"axis" if share == 0 else "grid"}" x1="0" x2="100%" y1="{_height(share):g}" y2="{_height(share):g}"/>'
        f'<text x="{start}" dx="{inset}" y="{_height(share) + 5:g}" text-anchor="end">{escape(t.formats.number(share))}</text>'
        for share in (0, 50, 100)
    )


def _events(line: Line, t: Translator) -> str:
    """An upright line where something changed, with its number in the list below."""
    scale, found = Scale(t.direction), []
    row, last = 0, -CLOSE_PERCENT
    for number, day in enumerate(event_days(line), start=1):
        place = 100 * (day - line.days[0].day).days / len(line.days)
        row = 1 - row if place - last < CLOSE_PERCENT else 0
        last, x = place, scale.at(place)
        found.append(
            f'<line class="event" x1="{x}" x2="{x}" y1="{13 + 14 * row}" y2="{STRIP_BASE:g}"/>'
            f'<text class="strong halo" x="{x}" y="{10 + 14 * row}" text-anchor="middle">'
            f"{escape(t.formats.number(number))}</text>"
        )
    return "".join(found)


def _series(
    days: Sequence[Day], signal: str, broken: Collection[date], width: float, *, quiet: bool, mirrored: bool
) -> list[str]:
    def across(day: float) -> float:
        place = DAY_WIDTH * (day + 0.5)
        return width - place if mirrored else place

    indexes: list[Index] = [getattr(day, signal) for day in days]
    breaks = {at for at, day in enumerate(days) if day.day in broken}
    parts = []
    # A lone day's band would have no width, and the first and last day's half of one.
    half = -0.4 * DAY_WIDTH if mirrored else 0.4 * DAY_WIDTH
    for run in _runs((index.value is not None and index.low is not None for index in indexes), breaks):
        upper = [(across(day), _height(indexes[day].high or 0)) for day in run]
        lower = [(across(day), _height(indexes[day].low or 0)) for day in reversed(run)]
        ends = [(lower[0][0] + half, upper[-1][1]), (lower[0][0] + half, lower[0][1])]
        begins = [(upper[0][0] - half, lower[-1][1]), (upper[0][0] - half, upper[0][1])]
        parts.append(f'<path class="band-{signal}" d="{_path([*upper, *ends, *lower, *begins])}Z"/>')
    # The day that is not over has a number and no range: its line goes on without a band.
    for run in _runs((index.value is not None for index in indexes), breaks):
        line = [(across(day), _height(indexes[day].value or 0)) for day in run]
        if len(line) == 1:
            line = [(line[0][0] - abs(half), line[0][1]), (line[0][0] + abs(half), line[0][1])]
        parts.append(f'<path class="line-{signal}{" daily" if quiet else ""}" d="{_path(line)}"/>')
    for day, index in enumerate(indexes):
        if index.value is None and index.low is not None and index.high is not None:
            x = across(day) + (-1.5 if (signal == "service") != mirrored else 1.5)
            parts.append(
                f'<line class="few-{signal}" x1="{x:g}" x2="{x:g}"'
                f' y1="{_height(index.low):.1f}" y2="{_height(index.high):.1f}"/>'
            )
    return parts


def _level(level: Level, days: Sequence[Day], width: float, *, mirrored: bool) -> str:
    begin, end = (DAY_WIDTH * (day - days[0].day).days for day in (level.first, level.end))
    left, right = (width - end, width - begin) if mirrored else (begin, end)
    y = _height(level.index.value or 0)
    return f'<line class="line-{level.signal} level" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _level_words(line: Line, t: Translator) -> list[str]:
    """The first and the last level's number, at the ends of the figure: the higher one above its line, the lower one below."""
    scale, found = Scale(t.direction), []
    for at, place, anchor in ((0, 0.0, "start"), (-1, 100.0, "end")):
        ends = {level.signal: level for level in (line.levels if at else reversed(line.levels))}
        highest = max(ends.values(), key=lambda level: level.index.value or 0, default=None)
        for signal, level in ends.items():
            number = t.formats.number(shown(level.index.value))
            words = number if at else t.say("since.level", what=t.say(f"label.{signal}"), share=number)
            y = _height(level.index.value or 0) + (-26 if level is highest else 38)
            found.append(
                f'<text class="text-{signal} halo" x="{scale.at(place)}" y="{min(y, BASE - 4):.1f}"'
                f' text-anchor="{anchor}">{escape(words)}</text>'
            )
    return found


def _runs(known: Iterable[bool], breaks: Collection[int] = ()) -> Iterable[list[int]]:
    """Stretches of days of which something is known, and which are of one series."""
    run: list[int] = []
    for day, known_day in enumerate(known):
        if run and (day in breaks or not known_day):
            yield run
            run = []
        if known_day:
            run.append(day)
    if run:
        yield run


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:.1f}" for x, y in points)


def _strip(counts: Sequence[int], width: float, *, mirrored: bool) -> str:
    most = max([*counts, 1])
    bars = ""
    for day, count in enumerate(counts):
        tall = (STRIP_BASE - STRIP_TOP) * count / most
        left = DAY_WIDTH * day + 1.5
        if tall:
            x = width - left - (DAY_WIDTH - 3) if mirrored else left
            # One path for all bars: 56 of them are most of the figure's bytes.
            bars += f"M{x:g} {STRIP_BASE:g}v{-tall:.1f}h{DAY_WIDTH - 3}v{tall:.1f}z"
    return f'<path class="bars" d="{bars}"/>' if bars else ""


def _strip_words(days: Sequence[Day], t: Translator) -> str:
    """What the strip is, and the count that its top stands for."""
    start, inset = ("100%", 8) if t.direction == "rtl" else ("0", -8)
    most = t.formats.number(max([day.reactions for day in days] or [0]))
    return (
        f'<text x="{start}" y="{STRIP_TOP - 6:g}" text-anchor="start">{escape(t.say("since.presses"))}</text>'
        f'<text x="{start}" dx="{inset}" y="{STRIP_TOP + 5:g}" text-anchor="end">{escape(most)}</text>'
    )


def _day_ticks(days: Sequence[Day], t: Translator) -> list[str]:
    scale, found = Scale(t.direction), []
    names = [t.formats.tick(day.day) for day in days[::TICK_DAYS]]
    # Months with long names would stand on each other on a phone.
    step = TICK_DAYS if max(map(len, names), default=0) <= SHORT_NAME else 2 * TICK_DAYS
    for at in range(0, len(days) - 4, step):
        place = 100 * at / len(days)
        found.append(
            f'<line class="axis" x1="{scale.at(place)}" x2="{scale.at(place)}" y1="{STRIP_BASE:g}" y2="{STRIP_BASE + 5:g}"/>'
            f'<text x="{scale.at(place)}" y="{STRIP_BASE + 22:g}" text-anchor="{"middle" if at else "start"}">'
            f"{escape(t.formats.tick(days[0].day + timedelta(days=at)))}</text>"
        )
    return found
