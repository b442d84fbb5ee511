"""Writes moments as ISO 8601 text, in UTC and on a store's clock, fast enough for millions of rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HOUR_MS = 3_600_000
# Zones change their offset at whole quarters of an hour (UTC): inside one it stands still.
QUARTER_MS = 900_000
# Kept of each clock, and of all: rows come in the order in which they arrived, so what lies weeks back is seldom needed again.
MOST_QUARTERS = 2_000
MOST_TEXTS = 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SECONDS = [f"{minute:02d}:{second:02d}." for minute in range(60) for second in range(60)]
MILLISECONDS = [f"{ms:03d}" for ms in range(1000)]


def utc_text(at_ms: int) -> str:
    """A Unix time in milliseconds as 2026-11-21T12:00:00.000Z."""
    return _plain(at_ms) + "Z"


def local_text(at_ms: int, zone: str) -> str:
    """The same moment on a store's clock, as 2026-11-21T13:00:00.000+01:00."""
    offset_ms, offset = _offset(zone, at_ms // QUARTER_MS)
    return _plain(at_ms + offset_ms) + offset


class StoreClock:
    """A store's clock that writes the same moment in UTC and locally, with most of the text from one look-up.

    `between` is what stands between the two.
    """

    def __init__(self, zone: str, between: str = ",") -> None:
        self.zone = zone
        self.quarters: dict[int, tuple[str, str, str]] = {}
        self._between = between

    def both(self, at_ms: int) -> str:
        """`utc_text` and `local_text` of a moment, with what stands between them."""
        utc, local, offset = self.quarters.get(at_ms // QUARTER_MS) or self.quarter(at_ms // QUARTER_MS)
        rest = at_ms % HOUR_MS
        tail = SECONDS[rest // 1000] + MILLISECONDS[rest % 1000]
        # Where minutes differ (half-hour zones), the local text is a whole one of its own.
        return f"{utc}{tail}{local}{tail}{offset}" if offset else f"{utc_text(at_ms)}{local}{local_text(at_ms, self.zone)}"

    def quarter(self, quarter: int) -> tuple[str, str, str]:
        """What a quarter's moments begin with, have between and end with; the last is "" in half-hour zones."""
        if len(self.quarters) >= MOST_QUARTERS:
            self.quarters.clear()
        offset_ms, offset = _offset(self.zone, quarter)
        hour, away = quarter * QUARTER_MS // HOUR_MS, offset_ms // HOUR_MS
        between = "Z" + self._between
        parts = ("", self._between, "") if offset_ms % HOUR_MS else (_hour(hour), between + _hour(hour + away), offset)
        self.quarters[quarter] = parts
        return parts


def _plain(at_ms: int) -> str:
    hour, rest = divmod(at_ms, HOUR_MS)
    return _hour(hour) + SECONDS[rest // 1000] + MILLISECONDS[rest % 1000]


@lru_cache(maxsize=MOST_TEXTS)
def _hour(hour: int) -> str:
    return (EPOCH + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:")


@lru_cache(maxsize=MOST_TEXTS)
def _offset(zone: str, quarter: int) -> tuple[int, str]:
    moment = EPOCH + timedelta(milliseconds=quarter * QUARTER_MS)
    try:
        local = moment.astimezone(ZoneInfo(zone))
    except OverflowError:
        # The last day Python can show, from a clock gone mad: still the same moment when told in UTC.
        return 0, "+00:00"
    offset = local.utcoffset() or timedelta()
    return round(offset.total_seconds() * 1000), local.isoformat()[len("2026-11-21T12:00:00") :]
