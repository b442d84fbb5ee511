"""A week offline, and a wall clock that is months wrong: presses land where and when they were made, once."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from world import DirectKiosk, World

from server.access.tokens import add_token
from server.database.engine import reading, writing
from server.database.rollup_check import check
from server.database.tables import hours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import FakeClock
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

PRESSES = 5_000
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
BUTTONS = ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy")


@pytest.fixture
def kiosk_in(tmp_path: Path, engine: Engine, client: FlaskClient, clock: FakeClock) -> Iterator[Callable[..., DirectKiosk]]:
    made: list[DirectKiosk] = []

    def make(start: datetime, *, timezone: str, skew_ms: int = 0, round_trip_ms: int = 0) -> DirectKiosk:
        clock.set(int(start.timestamp() * 1000))
        world = World(clock, skew_ms)
        made.append(DirectKiosk(tmp_path / "kiosk", engine, client, world, timezone=timezone, round_trip_ms=round_trip_ms))
        return made[-1]

    yield make
    for kiosk in made:
        kiosk.close()


def rows_of(engine: Engine, client: FlaskClient, now_ms: int) -> list[dict[str, str]]:
    with writing(engine) as connection:
        token = add_token(connection, "tests", None, 90, now_ms)
    answer = client.get("/api/v1/export/reactions.csv", headers={"Authorization": f"Bearer {token}"})
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))


def test_a_week_offline_drains_in_order_once_and_into_the_right_local_hours(
    kiosk_in: Callable[..., DirectKiosk], engine: Engine, client: FlaskClient
) -> None:
    # The week holds the end of summer time in London: 25 October 2026, 02:00 becomes 01:00.
    start = datetime(2026, 10, 21, 7, tzinfo=UTC)
    kiosk = kiosk_in(start, timezone="Europe/London")
    chance = random.Random(5)
    start_ms = int(start.timestamp() * 1000)
    moments = sorted(start_ms + chance.randrange(7 * DAY_MS - HOUR_MS) for _ in range(PRESSES))
    for moment in moments:
        kiosk.press_at(moment, chance.choice(BUTTONS))
    kiosk.world.set(start_ms + 7 * DAY_MS)
    kiosk.sync.run()
    assert kiosk.recorder.counts()[0].waiting == 0

    rows = rows_of(engine, client, kiosk.world.now_ms())
    assert [int(row["seq"]) for row in rows] == list(range(1, PRESSES + 1))
    for row, moment in zip(rows, moments, strict=True):
        found = datetime.fromisoformat(row["pressed_at"]).timestamp() * 1000
        assert abs(found - moment) <= int(row["uncertainty_ms"])
        assert abs(found - moment) < 60_000
    zone = ZoneInfo("Europe/London")
    true_hours: Counter[tuple[date, int]] = Counter()
    for moment in moments:
        local = datetime.fromtimestamp(moment / 1000, zone)
        true_hours[local.date(), local.hour] += 1
    with reading(engine) as connection:
        found_hours: Counter[tuple[date, int]] = Counter()
        for row in connection.execute(select(hours)):
            found_hours[date.fromordinal(row.local_day), row.hour] += row.positive + row.neutral + row.negative + row.marked
        assert not any(check(connection))
    assert found_hours == true_hours


@pytest.mark.parametrize("skew_days", [-90, 400])
def test_a_wall_clock_that_is_months_wrong_gives_press_times_right_to_fifteen_seconds(
    kiosk_in: Callable[..., DirectKiosk], engine: Engine, client: FlaskClient, skew_days: int
) -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    kiosk = kiosk_in(start, timezone="Europe/London", skew_ms=skew_days * DAY_MS, round_trip_ms=400)
    start_ms = int(start.timestamp() * 1000)
    moments = [start_ms + 60_000 * minute for minute in range(1, 200)]
    for place, moment in enumerate(moments):
        kiosk.press_at(moment, BUTTONS[place % 4])
        if place in (40, 120):
            kiosk.sync.run()
    kiosk.sync.run()
    rows = rows_of(engine, client, kiosk.world.now_ms())
    assert len(rows) == len(moments)
    for row, moment in zip(rows, moments, strict=True):
        found = datetime.fromisoformat(row["pressed_at"]).timestamp() * 1000
        assert abs(found - moment) < 15_000
        assert abs(found - moment) <= int(row["uncertainty_ms"])
    assert {row["time_quality"] for row in rows} <= {"exact", "estimated"}
    assert "exact" in {row["time_quality"] for row in rows}
