"""Opening hours as people write them: `mon-sat 09:00-20:00; sun 11:00-17:00`; reading them, and writing them the same way."""

from __future__ import annotations

import re
from itertools import pairwise

from server.analysis.opening import DAY_MINUTES, WEEKDAYS, Span, Spans, Week
from server.errors import Unfit

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PART = re.compile(r"(?P<days>[a-z][a-z,\s-]*?)\s+(?P<hours>closed|[\d:,\s-]+)\Z")
SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\Z")
CLOSED = "closed"
EXAMPLE = "mon-sat 09:00-20:00; sun 11:00-17:00"


def read_week(text: str) -> Week:
    """The week that a text describes; days that it does not name are closed.

    Several spans of a day stand with commas; one that ends at or before its beginning ends on the next day. Raises Unfit with a
    sentence for what can not be read, for a day that is named twice and for hours that overlap.
    """
    week: list[Spans | None] = [None] * WEEKDAYS
    for part in filter(None, (one.strip() for one in text.lower().split(";"))):
        found = PART.match(part)
        if not found:
            raise Unfit(f"{part!r} is not days and hours; write them like {EXAMPLE!r}.")
        spans = read_spans(found["hours"])
        for day in _days(found["days"]):
            if week[day] is not None:
                raise Unfit(f"{DAYS[day]} is named twice; give a day all its hours at once, like 09:00-13:00,15:00-19:00.")
            week[day] = spans
    whole = tuple(spans or () for spans in week)
    if not any(whole):
        raise Unfit(f"A week without any opening hours tells nothing; write them like {EXAMPLE!r}.")
    for day, spans in enumerate(whole):
        following = whole[(day + 1) % WEEKDAYS]
        if spans and following and spans[-1].closes - DAY_MINUTES > following[0].opens:
            raise Unfit(f"The hours of {DAYS[day]} run into those of {DAYS[(day + 1) % WEEKDAYS]}.")
    return whole


def read_spans(text: str) -> Spans:
    """The spans of one day, `closed` or like 09:00-13:00,15:00-19:00; raises Unfit as read_week does."""
    if text.strip().lower() == CLOSED:
        return ()
    spans = tuple(sorted(_span(part.strip()) for part in text.split(",")))
    if any(before.closes > after.opens for before, after in pairwise(spans)):
        raise Unfit(f"The hours {text.strip()} overlap.")
    return spans


def write_week(week: Week) -> str:
    """A week as text that read_week understands; days with the same hours that follow each other stand together."""
    parts: list[str] = []
    day = 0
    while day < WEEKDAYS:
        last = day
        while last + 1 < WEEKDAYS and week[last + 1] == week[day]:
            last += 1
        if week[day]:
            parts.append(f"{DAYS[day]}{f'-{DAYS[last]}' if last > day else ''} {write_spans(week[day])}")
        day = last + 1
    return "; ".join(parts)


def write_spans(spans: Spans) -> str:
    """One day's spans as text, `closed` for none."""
    return ",".join(f"{_clock(span.opens)}-{_clock(span.closes)}" for span in spans) or CLOSED


def _days(text: str) -> list[int]:
    found: list[int] = []
    for part in text.split(","):
        first, _, last = (one.strip() for one in part.partition("-"))
        if first not in DAYS or (last or first) not in DAYS:
            raise Unfit(f"{part.strip()!r} is no day of the week; they are {', '.join(DAYS)}, alone or like mon-fri.")
        begin = DAYS.index(first)
        length = (DAYS.index(last or first) - begin) % WEEKDAYS + 1
        found += [(begin + more) % WEEKDAYS for more in range(length)]
    return found


def _span(text: str) -> Span:
    found = SPAN.match(text)
    if not found:
        raise Unfit(f"{text!r} is no time of opening; write it like 09:00-20:00, or 18:00-02:00 past midnight.")
    opens, closes = (60 * int(hour) + int(minute) for hour, minute in (found.groups()[:2], found.groups()[2:]))
    if int(found[2]) > 59 or int(found[4]) > 59 or opens >= DAY_MINUTES or closes > DAY_MINUTES:
        raise Unfit(f"{text!r} is no time of day; they go from 00:00 to 24:00.")
    if opens == closes:
        raise Unfit(f"{text!r} begins when it ends; a store that never closes is open 00:00-24:00.")
    return Span(opens, closes if closes > opens else closes + DAY_MINUTES)


def _clock(minute: int) -> str:
    rest = minute if minute == DAY_MINUTES else minute % DAY_MINUTES
    return f"{rest // 60:02d}:{rest % 60:02d}"
