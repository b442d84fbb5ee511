"""The funnel narrows with presses, keeps inside 0 and 1, and widens where stores differ more than chance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from server.analysis.funnel import funnel_limits, is_beyond, overdispersion


@given(st.floats(0.02, 0.98), st.integers(1, 3_000))
def test_the_limits_hold_the_target_and_lie_inside_each_other(target, total):
    inner, outer = funnel_limits(target, total), funnel_limits(target, total, 0.998)
    assert 0 <= outer.lower <= inner.lower + 1e-12
    assert inner.upper <= outer.upper + 1e-12 <= 1 + 1e-12
    assert inner.lower <= target <= inner.upper


@given(st.floats(0.05, 0.95), st.integers(30, 1_000))
def test_interpolated_limits_lie_within_one_press_of_the_exact_quantile(target, total):
    found = funnel_limits(target, total)
    exact = stats.binom.ppf([0.025, 0.975], total, target) / total
    assert exact[0] - 1 / total - 1e-9 <= found.lower <= exact[0] + 1e-9
    assert exact[1] - 1 / total - 1e-9 <= found.upper <= exact[1] + 1e-9


@given(st.floats(0.1, 0.9), st.integers(20, 500))
def test_more_presses_make_it_narrower(target, total):
    few, many = funnel_limits(target, total), funnel_limits(target, 4 * total)
    assert many.upper - many.lower < few.upper - few.lower


@given(st.floats(0, 1), st.floats(0.1, 0.9), st.integers(1, 2_000), st.floats(0, 5))
def test_a_store_is_beyond_where_its_limits_do_not_hold_it(share, target, total, more):
    limits = funnel_limits(target, total, overdispersion=more)
    assert is_beyond(share, target, total, overdispersion=more) == (not limits.holds(share))
    assert not is_beyond(limits.upper, target, total, overdispersion=more)


def test_from_a_fifth_more_than_chance_on_the_reach_grows_by_the_root():
    plain, same, wide = (funnel_limits(0.8, 200, overdispersion=phi) for phi in (1.0, 1.2, 4.0))
    assert same == plain
    assert 0.8 - wide.lower == pytest.approx(2 * (0.8 - plain.lower))
    assert funnel_limits(0.8, 10, overdispersion=50).lower == 0


def test_overdispersion_is_the_mean_square_with_both_tenths_winsorised():
    # Scores of -2, -1, six times 0, 1 and 9 standard deviations: the outermost become the next ones.
    deviation = math.sqrt(0.25 / 100)
    counts = [(100 * (0.5 + z * deviation), 100) for z in (-2, -1, 0, 0, 0, 0, 0, 0, 1, 9)]
    assert overdispersion(counts, 0.5) == pytest.approx(0.4)


def test_few_stores_are_not_winsorised():
    assert overdispersion([(60, 100), (50, 100)], 0.5) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: funnel_limits(0, 10), "target lies"),
        (lambda: funnel_limits(0.8, 0), "begins at one press"),
        (lambda: funnel_limits(0.8, math.nan), "begins at one press"),
        (lambda: funnel_limits(0.8, 10, 1.0), "confidence"),
        (lambda: funnel_limits(0.8, 10, overdispersion=math.nan), "finite number"),
        (lambda: overdispersion([], 0.8), "at least one store"),
        (lambda: overdispersion([(3, 2)], 0.8), "more positive"),
        (lambda: overdispersion([(1, 2)], 1), "target lies"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
