"""Day and hour in a store's zone, worked out in Python so that both databases agree."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

# Zones change their offset at whole quarters of an hour (UTC), and by whole quarters: inside one, day and hour stand still.
QUARTER_MS = 900_000
# Half a year of one zone; above it, begin anew rather than grow.
MOST_QUARTERS = 20_000


class Quarters(dict[int, tuple[int, int]]):
    """Day (proleptic ordinal) and hour (0 to 23) on a zone's clock in each quarter of an hour since 1970, UTC.

    A table and no function, because it is asked for every reaction.
    """

    def __init__(self, zone: str) -> None:
        super().__init__()
        self._zone = zone_named(zone)

    def __missing__(self, quarter: int) -> tuple[int, int]:
        local = datetime.fromtimestamp(quarter * QUARTER_MS // 1000, UTC).astimezone(self._zone)
        if len(self) >= MOST_QUARTERS:
            self.clear()
        found = self[quarter] = local.toordinal(), local.hour
        return found


def local_day_and_hour(zone: str, at_ms: int) -> tuple[int, int]:
    """Day (proleptic ordinal) and hour (0 to 23) on the store's clock at a Unix time in milliseconds."""
    return quarters_of(zone)[at_ms // QUARTER_MS]


@cache
def quarters_of(zone: str) -> Quarters:
    """A zone's table, which fills itself."""
    return Quarters(zone)


@cache
def zone_named(name: str) -> ZoneInfo:
    """A time zone."""
    return ZoneInfo(name)
