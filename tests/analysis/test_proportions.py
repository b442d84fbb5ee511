"""Intervals of shares and of their differences, against published numbers."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from server.analysis.proportions import (
    Interval,
    change_p,
    correlated_newcombe,
    difference_of,
    jeffreys,
    newcombe,
    overlap_correlation,
    paired_newcombe,
    phi,
    wilson,
)


def close(interval: Interval, lower: float, upper: float, by: float = 6e-5) -> bool:
    return abs(interval.lower - lower) < by and abs(interval.upper - upper) < by


TOTALS = st.integers(1, 2_000)


@st.composite
def counts(draw):
    total = draw(TOTALS)
    return draw(st.integers(0, total)), total


@given(counts(), st.floats(0.5, 0.999))
def test_wilson_and_jeffreys_are_the_oracles(count, confidence):
    for ours, method in ((wilson, "wilson"), (jeffreys, "jeffreys")):
        found, expected = ours(*count, confidence), proportion_confint(*count, alpha=1 - confidence, method=method)
        lower = 0 if method == "jeffreys" and count[0] == 0 else expected[0]
        upper = 1 if method == "jeffreys" and count[0] == count[1] else expected[1]
        assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=1e-7)


@given(counts(), counts())
def test_newcombe_is_the_oracle_and_turns_with_the_sides(one, other):
    found, turned = newcombe(*one, *other), newcombe(*other, *one)
    assert (found.lower, found.upper) == pytest.approx((-turned.upper, -turned.lower), abs=1e-12)
    assert -1 <= found.lower <= found.upper <= 1
    expected = confint_proportions_2indep(*one, *other, method="newcomb")
    assert (found.lower, found.upper) == pytest.approx(tuple(map(float, expected)), abs=1e-9)


@given(counts(), counts())
def test_a_changes_p_value_is_the_oracles(one, other):
    pooled = (one[0] + other[0]) / (one[1] + other[1])
    if 0 < pooled < 1:
        expected = proportions_ztest([one[0], other[0]], [one[1], other[1]])[1]
        assert change_p(*one, *other) == pytest.approx(expected, abs=1e-9)


@given(counts())
def test_one_more_positive_press_moves_both_limits_up(count):
    positive, total = count
    if positive < total:
        before, after = wilson(positive, total), wilson(positive + 1, total)
        assert before.lower < after.lower
        assert before.upper <= after.upper


@pytest.mark.parametrize(("total", "share", "expected"), [(20, 0.9, 0.957), (100, 0.95, 0.966)])
def test_wilson_covers_what_it_says(total, share, expected):
    held = sum(stats.binom.pmf(x, total, share) for x in range(total + 1) if wilson(x, total).holds(share))
    assert held == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(("one", "other"), list(product([0.5, 0.8, 0.95], repeat=2)))
def test_newcombe_covers_a_difference_of_small_stores(one, other):
    first, second = stats.binom.pmf(range(31), 30, one), stats.binom.pmf(range(41), 40, other)
    held = sum(first[x] * second[y] for x in range(31) for y in range(41) if newcombe(x, 30, y, 40).holds(one - other))
    assert 0.93 < held < 0.985


# The rows of Newcombe's Table II (Stat Med 17:873, method 10) that the reference cases leave out.
@pytest.mark.parametrize(
    ("row", "limits"),
    [
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_the_rest_of_the_table_agrees_too(row, limits):
    assert close(newcombe(*row), *limits)


def test_bentur_and_the_ninety_per_cent_case_agree():
    assert close(paired_newcombe(1, 1, 7, 12), -0.507, -0.026, 6e-4)
    # The paper cuts its digits here: 0.0378 is printed as 0.037.
    assert close(paired_newcombe(43, 0, 1, 0, confidence=0.90), -0.096, 0.037, 1e-3)


def test_uses_the_exact_normal_quantile():
    # 1.96 instead of 1.959964 moves this limit in the sixth place.
    assert wilson(50, 100).lower == pytest.approx(0.4038315, abs=1e-7)


@pytest.mark.parametrize("total", [1, 2, 10, 1000])
def test_wilson_stays_inside_0_and_1_at_the_edges(total):
    none, all_of_them = wilson(0, total), wilson(total, total)
    assert none.lower == 0 < none.upper < 1
    assert all_of_them.upper == pytest.approx(1)
    assert 0 < all_of_them.lower < 1


def test_wholly_paired_presses_give_the_paired_interval_through_the_overlap_too():
    cells = (36, 12, 2, 0)
    r = overlap_correlation(phi(*cells), 50, 50, 50)
    assert correlated_newcombe(48, 50, 38, 50, r) == paired_newcombe(*cells)


def test_no_pairs_give_the_independent_interval():
    r = overlap_correlation(0.0, 0, 70, 80)
    assert correlated_newcombe(56, 70, 48, 80, r) == newcombe(56, 70, 48, 80)


def test_partly_overlapping_presses_lie_between_the_two():
    together = phi(40, 10, 5, 25)
    half = correlated_newcombe(100, 160, 90, 160, overlap_correlation(together, 80, 160, 160))
    apart, whole = newcombe(100, 160, 90, 160), correlated_newcombe(100, 160, 90, 160, together)
    assert whole.upper - whole.lower < half.upper - half.lower < apart.upper - apart.lower


def test_phi_is_0_where_a_margin_is_empty_and_where_the_correction_eats_it():
    assert phi(36, 12, 2, 0) < 0
    assert phi(20, 0, 0, 0) == 0
    assert phi(3, 1, 1, 1) == 0


def test_a_difference_of_differences_is_newcombes_for_two_shares():
    one, two = wilson(56, 70), wilson(48, 80)
    assert close(difference_of(0.8, one, 0.6, two), 0.0524, 0.3339)


def test_a_change_is_as_probable_as_the_pooled_score_test_says():
    assert change_p(50, 100, 50, 100) == pytest.approx(1)
    assert change_p(82, 100, 68, 100) == pytest.approx(0.022, abs=0.001)
    assert change_p(0, 10, 0, 12) == 1


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: wilson(5, 4), "more positive presses"),
        (lambda: wilson(-1, 4), "negative"),
        (lambda: wilson(0, 0), "at least one press"),
        (lambda: wilson(float("nan"), 4), "finite"),
        (lambda: wilson(1, 4, confidence=1), "confidence"),
        (lambda: newcombe(1, 4, 5, 4), "more positive presses"),
        (lambda: paired_newcombe(1, -1, 0, 0), "negative"),
        (lambda: paired_newcombe(0, 0, 0, 0), "at least one pair"),
        (lambda: correlated_newcombe(1, 2, 1, 2, 1.5), "correlation"),
        (lambda: overlap_correlation(0.5, 9, 8, 20), "more pairs than presses"),
        (lambda: change_p(3, 2, 1, 2), "more positive presses"),
    ],
)
def test_impossible_counts_are_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
