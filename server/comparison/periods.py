"""Periods of store-local days, [first, end), and the one before each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from server.errors import Refusal, wrong_parameter

DAYS = {"today": 1, "7d": 7, "4w": 28, "13w": 91}
DEFAULT = "7d"
LONGEST_DAYS = 800  # raw reactions are kept for 25 months
EARLIEST = date(2000, 1, 1)
CHOSEN = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})\Z")


@dataclass(frozen=True, slots=True)
class Period:
    """Days of a store's own calendar; `name` is today, 7d, 4w, 13w or chosen; `running` while its last day is not over."""

    name: str
    first: date
    end: date
    running: bool = False

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.first).days

    @property
    def last(self) -> date:
        """Its last day, the one before `end`."""
        return self.end - timedelta(days=1)

    @property
    def text(self) -> str:
        """The address's word for it, that parse_period reads."""
        return f"{self.first}..{self.end}" if self.name == "chosen" else self.name

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return Period(self.name, self.first - timedelta(days=self.days), self.first)


def parse_period(text: str, today: date) -> Period:
    """Read `today`, `7d`, `4w`, `13w` or `YYYY-MM-DD..YYYY-MM-DD` (the second day is not in it).

    Except for today and chosen dates the days are full ones: the last is yesterday. Raises a Refusal (400) otherwise.
    """
    if text == "today":
        return Period(text, today, today + timedelta(days=1), running=True)
    if text in DAYS:
        return Period(text, today - timedelta(days=DAYS[text]), today)
    chosen = CHOSEN.match(text)
    if not chosen:
        raise _wrong("name", "must be today, 7d, 4w, 13w or two days like 2026-11-01..2026-11-15")
    try:
        first, end = (date.fromisoformat(part) for part in chosen.groups())
    except ValueError as error:
        raise _wrong("day", "names a day that does not exist") from error
    if end <= first:
        raise _wrong("order", "must begin before it ends; its second day is the first after it")
    if (end - first).days > LONGEST_DAYS:
        raise _wrong("long", f"must have 1 to {LONGEST_DAYS} days; its second day is the first after it")
    # Outside there are no presses, and beyond some years not even all calendars.
    if first < EARLIEST or end > today + timedelta(days=LONGEST_DAYS):
        raise _wrong("far", "is too far from today")
    return Period("chosen", first, end, running=today < end)


def _wrong(reason: str, why: str) -> Refusal:
    """A refusal that also says in one word which part was wrong, for a page to say it in the reader's language."""
    refusal = wrong_parameter("period", why)
    refusal.facts["reason"] = reason
    return refusal


def local_today(timezone: str, now_ms: int) -> date:
    """The day it is in a time zone."""
    return local_time(timezone, now_ms).date()


def local_time(timezone: str, at_ms: int) -> datetime:
    """A moment on a time zone's clock."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(timezone))


def start_ms(period: Period, timezone: str) -> int:
    """The moment a period begins in a time zone, Unix milliseconds."""
    return _midnight_ms(period.first, timezone)


def end_ms(period: Period, timezone: str) -> int:
    """The moment a period ends in a time zone, Unix milliseconds."""
    return _midnight_ms(period.end, timezone)


def midnight_ms(timezone: str, now_ms: int) -> int:
    """The moment the present day began in a time zone, Unix milliseconds."""
    return _midnight_ms(local_today(timezone, now_ms), timezone)


def _midnight_ms(day: date, timezone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).timestamp()) * 1000
