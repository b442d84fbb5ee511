"""A claim is tested by its stores, never by its presses; and one store alone can hardly be tested at all."""

from __future__ import annotations

import math
from itertools import combinations
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from published_stores import changes
from scipy import stats

from server.analysis.claims import (
    can_be_tested,
    controls_needed,
    difference_in_differences,
    effect_interval,
    permutation_p,
    smallest_p,
)

TREATED, CONTROL = [6, 4, 7], [1, -2, 0, 3, -1]


def test_three_trained_stores_beside_five_others():
    found = difference_in_differences(TREATED, CONTROL)
    assert found.effect == pytest.approx(5.4667, abs=5e-5)
    test = permutation_p(TREATED, CONTROL, seed=1)
    assert (test.p, test.allocations, test.exact) == (pytest.approx(1 / 56), 56, True)


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=4), st.lists(st.integers(-20, 20), min_size=1, max_size=5))
def test_the_exact_p_value_is_scipys(treated, control):
    def effect(one, other):
        return fmean(one) - fmean(other)

    seen = abs(effect(treated, control))
    everyone = [*treated, *control]
    ways = list(combinations(range(len(everyone)), len(treated)))
    beyond = 0
    for chosen in ways:
        one = [everyone[place] for place in chosen]
        other = [change for place, change in enumerate(everyone) if place not in chosen]
        beyond += abs(effect(one, other)) >= seen - 1e-9
    assert permutation_p(treated, control, seed=1).p == pytest.approx(beyond / len(ways))


def test_the_error_is_welchs():
    found, test = difference_in_differences(TREATED, CONTROL), stats.ttest_ind(TREATED, CONTROL, equal_var=False)
    assert found.effect / found.error == pytest.approx(test.statistic)


def test_new_jersey_and_pennsylvania_by_random_allocations():
    # Card and Krueger's balanced stores; 20,000 allocations in another program gave p = 0.0176 and 0.20 to 5.48.
    nj, pa = changes("nj"), changes("pa")
    test = permutation_p(nj, pa, seed=12345)
    assert not test.exact
    assert test.p == pytest.approx(0.0176, abs=0.004)
    interval = effect_interval(nj, pa, seed=12345)
    assert (interval.lower, interval.upper) == pytest.approx((0.20, 5.48), abs=0.3)


def test_random_allocations_agree_with_all_of_them():
    chance = Random(2)
    treated, control = [chance.gauss(1, 2) for _ in range(5)], [chance.gauss(0, 2) for _ in range(8)]
    exact, random = permutation_p(treated, control, seed=1), permutation_p(treated, control, seed=1, most=1_000)
    assert (exact.exact, random.exact) == (True, False)
    assert random.p == pytest.approx(exact.p, abs=0.05)
    assert random == permutation_p(treated, control, seed=1, most=1_000)


def test_chance_alone_is_called_an_effect_as_rarely_as_its_level():
    chance = Random(9)
    found = sum(
        permutation_p([chance.gauss(0, 3) for _ in range(3)], [chance.gauss(0, 3) for _ in range(7)], seed=1).p <= 0.05
        for _ in range(300)
    )
    assert found <= 27


def test_one_store_needs_nineteen_others():
    assert not can_be_tested(1, 18)
    assert can_be_tested(1, 19)
    assert smallest_p(1, 39) == pytest.approx(0.025)
    assert not can_be_tested(3, 3), "each allocation of equal sides has a mirror image: 2 of 20"
    assert can_be_tested(4, 4)


@pytest.mark.parametrize(("treated", "control"), [(1, 19), (2, 5), (3, 4), (4, 3), (5, 2)])
def test_so_many_controls_are_needed_and_no_fewer(treated, control):
    assert controls_needed(treated) == control


@pytest.mark.parametrize(("treated", "control"), [(1, 9), (1, 18), (2, 3), (3, 3)])
def test_the_smallest_p_value_is_reached_and_not_gone_below(treated, control):
    best = permutation_p([100.0 + store for store in range(treated)], [float(store % 3) for store in range(control)], seed=1)
    assert best.p == pytest.approx(smallest_p(treated, control))


def test_an_interval_of_few_stores_is_what_their_permutation_does_not_reject():
    interval = effect_interval(TREATED, CONTROL, seed=1)
    for inside in (interval.lower + 0.01, interval.upper - 0.01):
        assert permutation_p([change - inside for change in TREATED], CONTROL, seed=1).p > 0.05
    for outside in (interval.lower - 0.01, interval.upper + 0.01):
        assert permutation_p([change - outside for change in TREATED], CONTROL, seed=1).p <= 0.05


def test_where_nothing_can_be_rejected_there_is_no_interval():
    assert effect_interval([5.0], [1.0, 2.0, 0.0], seed=1) is None
    assert difference_in_differences([5.0], [1.0, 2.0, 0.0]).error is None


def test_stores_that_all_changed_alike_leave_a_point():
    interval = effect_interval([1.0] * 4, [0.0] * 4, seed=1)
    assert (interval.lower, interval.upper) == pytest.approx((1, 1), abs=1e-6)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: difference_in_differences([], [1]), "at least one store"),
        (lambda: difference_in_differences([math.nan], [1]), "finite number"),
        (lambda: permutation_p([1], [], 1), "at least one store"),
        (lambda: permutation_p([1], [2], 1, most=10), "Fewer than 100"),
        (lambda: smallest_p(0, 5), "at least one store"),
        (lambda: effect_interval([1], [2], 1, 1.0), "confidence"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
