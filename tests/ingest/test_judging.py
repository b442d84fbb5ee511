"""What becomes of presses does not hang on how many come together: in one piece or in many, all is stored and counted alike."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.database import tables

# Half an hour before the clocks of Warsaw show the hour from two to three once more, on 25 October 2026.
BEFORE_MS = 1_792_888_200_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
TOGETHER = (tables.reactions, tables.held, tables.hours, tables.days, tables.visit_days, tables.set_aside, tables.open_clusters)
# A kiosk's own, and how often a row was written.
NOT_ALIKE = {"kiosk_id", "stream", "config_version", "placement_id", "sender_id", "content", "digest", "writes"}


@pytest.fixture
def database() -> str:
    return "sqlite"


press = st.fixed_dictionaries(
    {
        "step_ms": st.sampled_from([0, 400, 4_000, 19_999, 20_000, 50_000, 10 * MINUTE_MS, -25_000]),
        "button": st.sampled_from(["welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy", "not-here"]),
        "boot": st.sampled_from([1, 1, 1, 1, 2]),
        "synced": st.booleans(),
        "astray_ms": st.sampled_from([0, 0, 5_000, 40 * MINUTE_MS, 300 * HOUR_MS]),
        "visit_back": st.integers(0, 3),
        "mark": st.sampled_from(["vote", "vote", "vote", "repeat"]),
        "cut": st.booleans(),
    }
)


def presses_of(kiosk: Any, drawn: list[dict[str, Any]]) -> list[list[Any]]:
    found, elapsed_ms = [], 100_000
    for seq, one in enumerate(drawn, 1):
        elapsed_ms = max(0, elapsed_ms + one["step_ms"])
        facts = {"wall_ms": BEFORE_MS + elapsed_ms - one["astray_ms"], "synced": one["synced"], "boot": one["boot"]}
        visit = seq - one["visit_back"] if 0 < one["visit_back"] < seq else None
        found.append(kiosk.press(elapsed_ms, one["button"], **facts, visit=visit, mark=one["mark"]))
    return found


def pieces_of(presses: list[list[Any]], drawn: list[dict[str, Any]]) -> list[tuple[int, list[list[Any]]]]:
    """The presses between two cuts, each piece with its first seq."""
    cuts = [0, *(place for place, one in enumerate(drawn) if place and one["cut"]), len(presses)]
    return [(first + 1, presses[first:end]) for first, end in pairwise(cuts)]


def rows_of(kiosk: Any, number: int) -> list[tuple[Any, ...]]:
    return [
        (table.name, *(value for name, value in row._asdict().items() if name not in NOT_ALIKE))
        for table in TOGETHER
        for row in kiosk.house.rows(table)
        if row.kiosk_id == number
    ]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(press, min_size=1, max_size=60), fix=st.none() | st.sampled_from([20, 9_000, 3 * HOUR_MS, 20 * HOUR_MS]))
def test_in_one_piece_or_in_many_the_same_is_stored_and_counted(house: Any, drawn: list[Any], fix: int | None) -> None:
    house.clock.set(BEFORE_MS + 12 * HOUR_MS)
    said = []
    for whole in (True, False):
        number = len(house.rows(tables.kiosks)) + 1
        kiosk = house.enrol(f"sha256:kiosk-{number}")
        presses = presses_of(kiosk, drawn)
        for first, piece in [(1, presses)] if whole else pieces_of(presses, drawn):
            kiosk.sync(
                piece,
                first,
                stream=f"{number:032x}",
                sent_ms=12 * HOUR_MS,
                boots=[[f"boot-{number}", 1], [f"other-{number}", 2]],
                anchors=[] if fix is None else [[1, 90_000, BEFORE_MS + 90_000, fix]],
            )
        said.append(rows_of(kiosk, number))
    assert len(said[0]) >= len(drawn)
    assert said[0] == said[1]
    assert house.wrong_figures() == []
