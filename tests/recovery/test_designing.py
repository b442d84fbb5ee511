"""What is usual and how much a store may be alarmed falsely decide each watch, and simulated shops keep to it."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.analysis.detection import BernoulliCusum, Weights, average_run_length, share_to_notice
from server.database.baselines import Usual
from server.database.watches import Watch
from server.recovery.counting import step
from server.recovery.designing import BUDGET_DAYS, LEAST_BETWEEN, Plan, plan

NOON_MS = 1_795_262_400_000


def watch_of(found: Plan) -> Watch:
    assert found.design is not None
    made = found.design
    return Watch(1, 1, 1, 2, 0, found.usual_share, found.presses_a_day, *made.weights, made.threshold, 0.0, made.to_notice)


# Presses a day where 10 of 100 are unhappy, at points of +9 and -2: the threshold for 1,000, 3,000 and 9,000 presses between
# false alarms as it was tabled (tests/analysis/test_detection.py), and the presses that noticing 30 of 100 takes.
@pytest.mark.parametrize(("presses", "threshold", "to_notice"), [(30, 37, 26), (100, 46, 33), (300, 55, 40)])
def test_one_place_gets_the_tabled_threshold_of_one_false_alarm_a_month(presses: int, threshold: int, to_notice: int) -> None:
    many = Usual(560 * presses, 5_600 * presses, 56 * 100)
    found = plan(Usual(int(5.6 * presses), 56 * presses, 56), many, 1)
    assert found.design is not None
    assert found.design.weights == Weights(9, 2)
    assert found.design.threshold == threshold
    assert found.design.to_notice == pytest.approx(to_notice, abs=0.6)
    assert found.design.between_false_alarms >= max(LEAST_BETWEEN, BUDGET_DAYS * presses)


@pytest.mark.parametrize("places", [1, 2, 4, 6])
def test_the_stores_budget_is_divided_among_its_places(places: int) -> None:
    found = plan(Usual(336, 1_680, 56), Usual(3_360, 16_800, 560), places)
    assert found.design is not None
    false_alarms_a_month = places * BUDGET_DAYS * found.presses_a_day / found.design.between_false_alarms
    assert 0.3 < false_alarms_a_month <= 1


def test_a_quiet_place_is_not_alarmed_by_a_group_of_friends() -> None:
    found = plan(Usual(20, 100, 50), Usual(3_360, 16_800, 560), 2)
    assert found.design is not None
    assert found.design.between_false_alarms >= LEAST_BETWEEN > 2 * 30 * found.presses_a_day
    assert found.design.threshold / found.design.weights.negative > 5


@pytest.mark.parametrize("presses", [500, 5_000])
def test_a_very_large_store_where_nearly_all_are_content_is_watched_too(presses: int) -> None:
    found = plan(Usual(0, 56 * presses, 56), Usual(0, 5_600 * presses, 5_600), 100)
    assert found.design is not None
    assert found.design.between_false_alarms >= 100 * presses * BUDGET_DAYS


def test_a_place_that_no_threshold_fits_is_left_unwatched_and_stops_no_other() -> None:
    found = plan(Usual(0, 56_000_000, 56), Usual(0, 5_600_000_000, 5_600), 100)
    assert (found.usual_share, found.design) == (None, None)


def test_the_own_share_is_drawn_towards_the_chains_by_a_hundred_presses() -> None:
    chain = Usual(200, 1_000, 100)
    assert plan(Usual(0, 0, 0), chain, 1).usual_share == pytest.approx(0.2)
    assert plan(Usual(40, 100, 10), chain, 1).usual_share == pytest.approx(0.3)
    assert plan(Usual(4_000, 10_000, 56), chain, 1).usual_share == pytest.approx(0.398, abs=0.001)
    assert plan(Usual(0, 10_000, 56), Usual(0, 10_000, 56), 1).usual_share == 0.02


def test_its_own_pace_counts_after_a_week_of_days() -> None:
    chain = Usual(200, 1_000, 100)
    assert plan(Usual(10, 50, 6), chain, 1).presses_a_day == 10
    assert plan(Usual(70, 350, 7), chain, 1).presses_a_day == 50


@pytest.mark.parametrize(
    ("own", "chain"),
    [(Usual(0, 0, 0), Usual(0, 0, 0)), (Usual(9, 99, 9), Usual(9, 99, 9))],
)
def test_what_nobody_knows_to_be_usual_is_not_watched(own: Usual, chain: Usual) -> None:
    assert plan(own, chain, 1)[::2] == (None, None)


def test_where_nearly_everybody_is_unhappy_that_is_known_and_not_watched() -> None:
    found = plan(Usual(99, 99, 9), Usual(995, 1000, 9), 1)
    assert (round(found.usual_share or 0, 3), found.design) == (0.997, None)


@pytest.mark.parametrize("usual", [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.55, 0.7, 0.85])
def test_every_usual_share_has_a_watch_that_notices_the_change_before_it_alarms_falsely(usual: float) -> None:
    found = plan(Usual(round(usual * 10_000), 10_000, 56), Usual(round(usual * 10_000), 10_000, 56), 2)
    assert found.design is not None
    cusum = BernoulliCusum(*found.design.weights, found.design.threshold)
    between = average_run_length(cusum, found.usual_share or 0)
    assert between >= 2 * 30 * 10_000 / 56
    assert found.design.to_notice == pytest.approx(average_run_length(cusum, share_to_notice(found.usual_share or 0)))
    assert found.design.to_notice < between / 50


def month(chance: random.Random, watch: Watch, days: int, presses: int, share: float) -> int:
    """False alarms of one place over so many days: points begin anew each morning and after each alarm."""
    alarms = 0
    for _ in range(days):
        watch = watch._replace(points=0, since_ms=None)
        for at_ms in range(presses):
            watch, alarm = step(watch, at_ms, chance.random() < share)
            if alarm:
                alarms += 1
                watch = watch._replace(points=0, since_ms=None)
    return alarms


def test_simulated_stores_keep_the_budget_of_one_false_alarm_a_month() -> None:
    # 30 months of a store with two kiosks of two questions each, 30 presses a day on each, every one at its usual share.
    chance, months, alarms = random.Random(4), 30, 0
    for usual in (0.12, 0.18, 0.22, 0.30):
        found = plan(Usual(round(1_680 * usual), 1_680, 56), Usual(1_680, 8_400, 280), 4)
        alarms += month(chance, watch_of(found), months * BUDGET_DAYS, 30, found.usual_share or 0)
    # Without each morning's fresh start it were some 20: a watch that never alarms would keep any budget.
    assert 2 <= alarms <= months


def test_simulated_bursts_are_noticed_as_soon_as_the_design_says() -> None:
    chance, rounds = random.Random(5), 600
    found = plan(Usual(336, 1_680, 56), Usual(3_360, 16_800, 560), 4)
    assert found.design is not None
    fresh, worse, taken = watch_of(found), share_to_notice(found.usual_share or 0), 0
    for _ in range(rounds):
        watch, alarm = fresh, False
        while not alarm:
            watch, alarm = step(watch, taken, chance.random() < worse)
            taken += 1
    assert taken / rounds == pytest.approx(found.design.to_notice, rel=0.12)


def test_the_watch_of_a_corner_is_made_from_its_own_weeks(corner: Any) -> None:
    corner.history(happy=42, unhappy=8, days=56)
    # Older than eight weeks, and of today: neither tells what is usual.
    for back in (57, 0):
        corner.shops.press(corner.kiosk, TODAY - timedelta(days=back), EXPERIENCE, 0, 1_000)
    corner.watch(NOON_MS)
    made = corner.state()
    assert (made.usual_share, made.presses_a_day) == (pytest.approx(0.16), 50)
    # Two places: the other question is asked too, though nobody knows what is usual there.
    assert made.between_false_alarms >= 2 * 30 * 50
    service = corner.place._replace(question_id=corner.shops.questions[SERVICE])
    assert corner.state(service).usual_share is None
