"""The CUSUM alarms as its points say, takes as long as its chain says, and keeps a budget of false alarms."""

from __future__ import annotations

import math
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analysis.detection import (
    BernoulliCusum,
    Weights,
    average_run_length,
    design,
    share_to_notice,
    steady_delay,
    weights_for,
)


def presses_to_alarm(cusum: BernoulliCusum, share: float, chance: Random) -> int:
    presses = 1
    while not cusum.add(chance.random() < share):
        presses += 1
    return presses


@pytest.mark.parametrize(("weights", "threshold", "share"), [((4, 1), 19, 0.3), ((4, 1), 19, 0.5), ((1.1, 0.25), 4, 0.3)])
def test_the_exact_run_length_is_that_of_many_tried_runs(weights, threshold, share):
    chance = Random(11)
    tried = fmean(presses_to_alarm(BernoulliCusum(*weights, threshold), share, chance) for _ in range(4_000))
    assert tried == pytest.approx(average_run_length(BernoulliCusum(*weights, threshold), share), rel=0.04)


def test_a_head_start_of_half_the_threshold_notices_sooner():
    cusum = BernoulliCusum(4, 1, 19, head_start=9.5)
    assert average_run_length(cusum, 0.3) == pytest.approx(21.3, abs=0.05)
    assert average_run_length(cusum, 0.1) == pytest.approx(3052, abs=0.5)
    assert cusum.points == 9.5


def test_decimal_points_add_up_as_they_are_written():
    cusum = BernoulliCusum(0.1, 0.7, 0.3)
    assert [cusum.add(True) for _ in range(3)] == [False, False, True]


def test_it_says_since_when_it_left_0():
    cusum = BernoulliCusum(4, 1, 8)
    for negative in (False, True, False, True):
        cusum.add(negative)
    assert (cusum.points, cusum.run) == (7, 3)
    cusum.reset()
    assert (cusum.points, cusum.run) == (0, 0)


@given(st.lists(st.booleans(), max_size=60))
def test_points_never_fall_below_0_and_the_alarm_is_the_threshold(presses):
    cusum = BernoulliCusum(4, 1, 19)
    for negative in presses:
        assert cusum.add(negative) is (cusum.points >= 19)
        assert cusum.points >= 0
        assert (cusum.run == 0) is (cusum.points == 0)


@given(st.integers(1, 9), st.integers(1, 3), st.integers(1, 30), st.floats(0.05, 0.9))
def test_a_higher_threshold_never_alarms_sooner_and_more_negatives_never_later(up, down, threshold, share):
    here = average_run_length(BernoulliCusum(up, down, threshold), share)
    assert average_run_length(BernoulliCusum(up, down, threshold + 1), share) >= here * (1 - 1e-9)
    assert average_run_length(BernoulliCusum(up, down, threshold), share + 0.05) <= here * (1 + 1e-9)


def test_without_negative_presses_it_never_alarms_and_with_nothing_else_it_does_at_once():
    assert average_run_length(BernoulliCusum(4, 1, 19), 0) == math.inf
    assert average_run_length(BernoulliCusum(4, 1, 19), 1) == 5


def test_after_usual_days_a_change_is_noticed_a_little_sooner_than_from_0():
    cusum = BernoulliCusum(4, 1, 19)
    assert steady_delay(cusum, 0.1, 0.3) < average_run_length(cusum, 0.3)


# Presses a day, and the thresholds for one false alarm a month of 30 days, a week and a day, where 10 of 100 are negative.
@pytest.mark.parametrize(
    ("presses", "thresholds"), [(30, (15, 11, 5)), (100, (19, 15, 9)), (300, (23, 18, 12)), (1000, (27, 22, 16))]
)
def test_a_budget_of_false_alarms_chooses_the_threshold(presses, thresholds):
    found = tuple(design(0.1, presses * days, Weights(4, 1)) for days in (30, 7, 1))
    assert tuple(one.threshold for one in found) == thresholds
    for one, days in zip(found, (30, 7, 1), strict=True):
        assert one.between_false_alarms >= presses * days
        assert average_run_length(BernoulliCusum(4, 1, one.threshold - 1), 0.1) < presses * days


# The usual share, whole points, and thresholds for 1,000, 3,000 and 9,000 presses between false alarms.
@pytest.mark.parametrize(
    ("usual", "weights", "thresholds"),
    [
        (0.05, (9, 1), (29, 36, 44)),
        (0.08, (11, 2), (41, 51, 61)),
        (0.10, (9, 2), (37, 46, 55)),
        (0.15, (3, 1), (15, 19, 22)),
        (0.20, (2, 1), (11, 14, 16)),
        (0.30, (1, 1), (7, 8, 10)),
    ],
)
def test_each_usual_share_has_its_points_and_thresholds(usual, weights, thresholds):
    assert weights_for(usual) == weights
    assert tuple(design(usual, budget).threshold for budget in (1_000, 3_000, 9_000)) == thresholds


def test_the_change_that_is_watched_for_has_27_sevenths_of_the_odds():
    assert share_to_notice(0.1) == pytest.approx(0.3)
    assert (share_to_notice(0), share_to_notice(1)) == (0, 1)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: BernoulliCusum(0, 1, 5), "above 0"),
        (lambda: BernoulliCusum(4, -1, 5), "above 0"),
        (lambda: BernoulliCusum(4, 1, math.inf), "above 0"),
        (lambda: BernoulliCusum(4, math.nan, 5), "above 0"),
        (lambda: BernoulliCusum(4, 1, 5, 5), "head start"),
        (lambda: average_run_length(BernoulliCusum(4, 1, 5), 1.1), "share lies"),
        (lambda: weights_for(0), "between 0 and 1"),
        (lambda: design(0.1, 0), "at least one press"),
        (lambda: design(0.9, 1e30, Weights(1, 1)), "No threshold keeps"),
        (lambda: share_to_notice(math.nan), "share lies"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
