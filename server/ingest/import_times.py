"""Moments of another system: read by its pattern and zone, with the hours that a clock skips or shows twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Counts of a whole day begin at midnight, also where the clock is changed at midnight.
COARSE_S = 3_600


class Moment(NamedTuple):
    """Unix time, and how much later it may have been because the clock showed that time twice (0 where it did not)."""

    at_ms: int
    later_ms: int


class Skipped(ValueError):
    """A time that no clock there showed, because it was put forward over it."""


def read_moment(text: str, pattern: str, zone: str, resolution_s: int) -> Moment:
    """The first moment that a text means; `pattern` is strptime's, or "" for ISO 8601.

    Raises ValueError or OverflowError for what is no time, Skipped for one that the zone's clock never showed.
    """
    moment = datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)  # noqa: DTZ007
    if moment.tzinfo is not None:
        return Moment(_ms(moment), 0)
    moment = moment.replace(tzinfo=ZoneInfo(zone))
    at_ms, later_ms = _ms(moment), _ms(moment.replace(fold=1))
    if at_ms == later_ms or resolution_s > COARSE_S:
        return Moment(at_ms, 0)
    if moment.astimezone(UTC).astimezone(moment.tzinfo).replace(tzinfo=None) != moment.replace(tzinfo=None):
        raise Skipped(text)
    return Moment(at_ms, later_ms - at_ms)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
