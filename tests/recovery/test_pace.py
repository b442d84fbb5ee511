"""How soon a drop shows follows from the store's own pace and hours."""

from __future__ import annotations

from typing import Any

import pytest

from server.analysis.opening_text import read_week
from server.database.engine import reading, writing
from server.database.watches import Place, Watch, save_watch
from server.recovery.pace import FRESH_MS, Notice, hours_a_day, notice_of

NOON_MS = 1_795_262_400_000


@pytest.fixture
def database() -> str:
    """The statements are tried on both in test_watch."""
    return "sqlite"


def keep(corner: Any, place: Place, to_notice: float, presses_a_day: float, share: float | None = 0.2, **more: int) -> None:
    with writing(corner.engine) as connection:
        designed_ms = NOON_MS - more.get("age_ms", 0)
        threshold = more.get("threshold", 14)
        watch = Watch(*place, 2, designed_ms, share, presses_a_day, 2, 1, threshold, 4_000.0, to_notice)
        save_watch(connection, watch)


def notice(corner: Any) -> Notice:
    with reading(corner.engine) as connection:
        return notice_of(connection, corner.store.id, NOON_MS)


def other_question(corner: Any) -> Place:
    return corner.place._replace(question_id=corner.shops.questions["got-needed"])


def test_the_hours_are_presses_to_notice_over_presses_an_hour_rounded_up(corner: Any) -> None:
    # Eleven hours a day: 33 presses a day are three an hour.
    keep(corner, corner.place, 24.6, 33)
    assert notice(corner) == Notice(9)
    corner.open(None)
    # Twelve hours are assumed: 2.75 an hour.
    assert notice(corner) == Notice(9)
    keep(corner, corner.place, 24.8, 33)
    assert notice(corner) == Notice(10)


def test_a_touchpoint_counts_by_its_quicker_question_and_a_store_by_its_slowest_touchpoint(corner: Any) -> None:
    keep(corner, corner.place, 33.0, 33)
    keep(corner, other_question(corner), 9.0, 33)
    assert notice(corner).hours == 3
    kiosk = corner.shops.kiosk(corner.store, "K-009", "checkout", heard_ms=NOON_MS)
    keep(corner, Place(kiosk.id, kiosk.placement_id, corner.place.question_id), 21.0, 33)
    assert notice(corner).hours == 7


def test_what_would_not_show_within_the_day_and_what_nobody_knows_is_said_by_name(corner: Any) -> None:
    keep(corner, corner.place, 34.0, 33)
    assert notice(corner) == Notice(None, ("exit",))
    keep(corner, corner.place, 0.0, 0.0, None)
    assert notice(corner) == Notice(None, (), ("exit",))
    keep(corner, corner.place, 3.0, 33, age_ms=FRESH_MS + 1)
    assert notice(corner) == Notice()


def test_where_nearly_everybody_is_unhappy_that_is_said_and_not_that_too_little_is_known(corner: Any) -> None:
    keep(corner, corner.place, 0.0, 33, 0.95, threshold=0)
    assert notice(corner) == Notice(unhappy=("exit",))
    # Of its other question nothing is known yet: then that is what is true of the place.
    keep(corner, other_question(corner), 0.0, 0.0, None, threshold=0)
    assert notice(corner) == Notice(unwatched=("exit",))
    keep(corner, other_question(corner), 9.0, 33)
    assert notice(corner) == Notice(3)


def test_a_weeks_open_days_have_their_mean_hours() -> None:
    assert hours_a_day(read_week("mon-fri 09:00-19:00; sat 09:00-13:00")) == 9
    assert hours_a_day(read_week("mon 18:00-02:00")) == 8
    assert hours_a_day(((),) * 7) == 12
