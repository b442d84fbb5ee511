"""Wald's test keeps its errors, and a weighted mean takes as long as tried runs do."""

from __future__ import annotations

import math
from random import Random
from statistics import fmean

import pytest

from server.analysis.sequential import ewma_run_length, points_by_hour, sprt


def judged(share: float, chance: Random) -> tuple[bool, int]:
    test, negatives, presses = sprt(0.1, 0.3, 0.02, 0.03), 0, 0
    while True:
        presses += 1
        negatives += chance.random() < share
        verdict = test.judge(negatives, presses)
        if verdict is not None:
            return verdict, presses


def test_it_errs_at_most_as_often_as_it_was_made_for():
    chance = Random(3)
    recovered = [judged(0.1, chance) for _ in range(3_000)]
    not_yet = [judged(0.3, chance) for _ in range(3_000)]
    # Each error is at most its own over 1 minus the other (Wald); three standard deviations of 3,000 tries beyond that.
    assert sum(not better for better, _ in recovered) / 3_000 < 0.0206 + 0.0078
    assert sum(better for better, _ in not_yet) / 3_000 < 0.0306 + 0.0095
    # Wald's means leave out the step beyond the line, so they are a few presses short.
    assert fmean(presses for _, presses in recovered) == pytest.approx(28.7, rel=0.2)
    assert fmean(presses for _, presses in not_yet) == pytest.approx(23.8, rel=0.2)


def test_between_the_lines_it_waits():
    test = sprt(0.1, 0.3, 0.02, 0.03)
    assert test.judge(0, 5) is None
    assert test.judge(0, 14) is True
    assert test.judge(5, 5) is False


def test_points_by_the_hour_are_the_log_likelihood_ratio():
    for usual in (0.05, 0.1, 0.3):
        worse = 27 / 7 * usual / (1 - usual + 27 / 7 * usual)
        assert points_by_hour(True, usual) == pytest.approx(math.log(worse / usual))
        assert points_by_hour(False, usual) == pytest.approx(math.log((1 - worse) / (1 - usual)))


def presses_to_limit(newest: float, limit: float, share: float, chance: Random) -> int:
    mean, presses = 0.1, 0
    while mean < limit:
        mean = (1 - newest) * mean + newest * (chance.random() < share)
        presses += 1
    return presses


def test_the_weighted_means_run_length_is_that_of_many_tried_runs():
    chance = Random(5)
    tried = fmean(presses_to_limit(0.1, 0.3917, 0.3, chance) for _ in range(4_000))
    assert ewma_run_length(0.1, 0.1, 0.3917, 0.3) == pytest.approx(tried, rel=0.05)
    assert ewma_run_length(0.1, 0.1, 0.3917, 0.3) == pytest.approx(35.1, rel=0.03)
    assert ewma_run_length(0.1, 0.1, 0.3917, 0.1) == pytest.approx(3143, rel=0.05)


def test_without_negative_presses_it_takes_for_ever():
    assert ewma_run_length(0.05, 0.1, 0.28, 0) == math.inf


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sprt(0.3, 0.1, 0.02, 0.03), "lies below"),
        (lambda: sprt(0, 0.1, 0.02, 0.03), "lies below"),
        (lambda: sprt(0.1, 0.3, 0.6, 0.5), "together below 1"),
        (lambda: sprt(0.1, 0.3, math.nan, 0.5), "together below 1"),
        (lambda: sprt(0.1, 0.3, 0.02, 0.03).judge(3, 2), "3 negative of 2"),
        (lambda: points_by_hour(True, 1.1), "share lies"),
        (lambda: points_by_hour(True, 0.1, 1), "odds to notice"),
        (lambda: ewma_run_length(1, 0.1, 0.3, 0.1), "newest press"),
        (lambda: ewma_run_length(0.1, 0.1, 0.3, 1.1), "share of negative"),
        (lambda: ewma_run_length(0.1, 0.3, 0.3, 0.1), "above the start"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
