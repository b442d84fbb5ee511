"""Days and hours are the store's, also across midnight, daylight saving and quarters of an hour."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from server.database.local_time import local_day_and_hour


@pytest.mark.parametrize(
    ("zone", "at", "day", "hour"),
    [
        ("Europe/Warsaw", "2026-11-21T12:00", "2026-11-21", 13),
        ("Europe/Warsaw", "2026-11-21T22:59:59.999", "2026-11-21", 23),
        ("Europe/Warsaw", "2026-11-21T23:00", "2026-11-22", 0),
        ("Europe/Warsaw", "2026-03-29T00:59:59.999", "2026-03-29", 1),
        ("Europe/Warsaw", "2026-03-29T01:00", "2026-03-29", 3),
        ("Europe/Warsaw", "2026-10-25T00:30", "2026-10-25", 2),
        ("Europe/Warsaw", "2026-10-25T01:30", "2026-10-25", 2),
        ("Asia/Kathmandu", "2026-11-21T18:14:59.999", "2026-11-21", 23),
        ("Asia/Kathmandu", "2026-11-21T18:15", "2026-11-22", 0),
        ("Asia/Tehran", "2026-11-21T20:30", "2026-11-22", 0),
        ("America/Lima", "1970-01-01T00:00", "1969-12-31", 19),
    ],
)
def test_a_moment_has_the_stores_day_and_hour(zone, at, day, hour) -> None:
    at_ms = round(datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() * 1000)
    assert local_day_and_hour(zone, at_ms) == (date.fromisoformat(day).toordinal(), hour)
