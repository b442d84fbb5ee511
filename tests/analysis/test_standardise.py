"""The same mix of hours for everyone, and no number where an hour is too bare."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analysis.proportions import wilson
from server.analysis.standardise import direct, is_reversed, weights_of


@st.composite
def full_strata(draw):
    strata = []
    for _ in range(draw(st.integers(1, 6))):
        total = draw(st.integers(10, 500))
        strata.append((draw(st.integers(0, total)), total))
    return strata, weights_of([draw(st.integers(1, 100)) for _ in strata])


@given(full_strata())
def test_the_share_lies_between_the_strata_and_its_interval_inside_0_and_1(drawn):
    strata, weights = drawn
    found = direct(strata, weights)
    shares = [x / n for x, n in strata]
    assert min(shares) - 1e-9 <= found.share <= max(shares) + 1e-9
    assert 0 <= found.interval.lower <= found.share + 1e-12
    assert found.share - 1e-12 <= found.interval.upper <= 1


@given(full_strata())
def test_by_its_own_mix_a_store_keeps_its_own_share(drawn):
    strata, _ = drawn
    found = direct(strata, weights_of([n for _, n in strata]))
    assert found.share == pytest.approx(found.crude)


def test_one_stratum_has_wilsons_interval():
    found = direct([(80, 100)], [1])
    alone = wilson(80, 100)
    assert (found.interval.lower, found.interval.upper) == pytest.approx((alone.lower, alone.upper))


def test_a_heavy_stratum_with_few_presses_leaves_the_crude_share_alone():
    found = direct([(80, 100), (3, 9)], [0.9, 0.1])
    assert (found.share, found.interval, found.thin) == (None, None, (1,))
    assert found.crude == pytest.approx(83 / 109)


def test_a_light_stratum_may_be_bare_or_empty():
    bare = direct([(80, 100), (1, 2)], [0.96, 0.04])
    assert bare.share == pytest.approx(0.96 * 0.8 + 0.04 * 0.5)
    empty = direct([(80, 100), (0, 0)], [0.96, 0.04])
    assert empty.share == pytest.approx(0.8)
    # Nobody knows what the missing presses would have been, so its limits are all that they could.
    assert empty.interval.lower < direct([(80, 100)], [1]).interval.lower


def test_many_empty_light_strata_are_together_too_much():
    found = direct([(80, 100), (0, 0), (0, 0)], [0.92, 0.04, 0.04])
    assert (found.share, found.thin) == (None, (1, 2))


def test_a_store_without_any_press_has_no_share():
    found = direct([(0, 0)], [1])
    assert (found.crude, found.share, found.thin) == (None, None, (0,))


def test_a_reversal_is_two_differences_of_opposite_signs():
    assert is_reversed(-0.096, 0.03)
    assert not is_reversed(0.05, 0.01)
    assert not is_reversed(0.05, 0)


def test_weights_are_shares_of_all_presses():
    assert weights_of([30, 50, 20]) == [0.3, 0.5, 0.2]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: direct([(1, 20), (1, 20)], [0.5, 0.6]), "sum to 1"),
        (lambda: direct([(1, 20), (1, 20)], [1.5, -0.5]), "0 or more"),
        (lambda: direct([(1, 20)], [math.nan]), "0 or more"),
        (lambda: direct([(1, 20)], [0.5, 0.5]), "one weight"),
        (lambda: direct([], []), "one weight"),
        (lambda: direct([(21, 20)], [1]), "more positive"),
        (lambda: direct([(1, 0)], [1]), "at least one press"),
        (lambda: weights_of([0, 0]), "not all 0"),
        (lambda: weights_of([3, -1]), "none negative"),
        (lambda: weights_of([3, math.inf]), "not all 0"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
