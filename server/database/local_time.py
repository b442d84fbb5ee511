"""Day and hour in a store's zone, worked out in Python so that both databases agree."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

# Zones change their offset at whole quarters of an hour (UTC), and by whole quarters: inside one, day and hour stand still.
QUARTER_MS = 900_000


def local_day_and_hour(zone: str, at_ms: int) -> tuple[int, int]:
    """Day (proleptic ordinal) and hour (0 to 23) on the store's clock at a Unix time in milliseconds."""
    return _of_quarter(zone, at_ms // QUARTER_MS)


@lru_cache(maxsize=100_000)
def _of_quarter(zone: str, quarter: int) -> tuple[int, int]:
    local = datetime.fromtimestamp(quarter * QUARTER_MS // 1000, UTC).astimezone(zone_named(zone))
    return local.toordinal(), local.hour


@cache
def zone_named(name: str) -> ZoneInfo:
    """A time zone."""
    return ZoneInfo(name)
