"""Moments as text, held against Python's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.export import times
from server.export.times import StoreClock, local_text, utc_text

LAST_MS = 253_402_300_799_999
ZONES = ["Europe/Warsaw", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "UTC", "Asia/Tehran"]


def exact(at_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)


@given(st.integers(0, LAST_MS))
def test_utc_is_what_python_says(at_ms: int) -> None:
    assert utc_text(at_ms) == exact(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@given(st.integers(0, LAST_MS - 86_400_000), st.sampled_from(ZONES))
def test_local_time_is_what_python_says(at_ms: int, zone: str) -> None:
    assert local_text(at_ms, zone) == exact(at_ms).astimezone(ZoneInfo(zone)).isoformat(timespec="milliseconds")


@pytest.mark.parametrize(
    ("utc", "local"),
    [
        ("2026-10-25T00:59:59.999", "2026-10-25T02:59:59.999+02:00"),
        ("2026-10-25T01:00:00.000", "2026-10-25T02:00:00.000+01:00"),
        ("2026-03-29T01:00:00.000", "2026-03-29T03:00:00.000+02:00"),
    ],
)
def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(utc: str, local: str) -> None:
    at_ms = round(datetime.fromisoformat(utc + "+00:00").timestamp() * 1000)
    assert local_text(at_ms, "Europe/Warsaw") == local


@given(st.lists(st.integers(0, LAST_MS), max_size=5), st.sampled_from(ZONES))
def test_a_stores_clock_writes_both_at_once(moments: list[int], zone: str) -> None:
    clock = StoreClock(zone)
    for at_ms in [*moments, *(at_ms + 1 for at_ms in moments if at_ms < LAST_MS)]:
        assert clock.both(at_ms) == f"{utc_text(at_ms)},{local_text(at_ms, zone)}"


def test_a_stores_clock_forgets_before_it_grows_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "MOST_QUARTERS", 3)
    clock = StoreClock("Europe/Warsaw")
    for quarter in range(20):
        clock.both(quarter * times.QUARTER_MS)
        assert len(clock.quarters) <= 3


def test_the_last_moment_python_can_show_is_still_that_moment() -> None:
    assert datetime.fromisoformat(local_text(LAST_MS, "Asia/Tokyo")) == exact(LAST_MS)
