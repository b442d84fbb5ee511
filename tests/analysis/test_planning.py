"""Presses needed before a question is asked."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower

from server.analysis.planning import effect_to_be_seen, presses_for_effect, presses_to_tell_apart


@pytest.mark.parametrize(("share", "presses"), [(0.85, 906), (0.90, 199), (0.95, 76)])
def test_presses_to_tell_80_from_a_better_store(share, presses):
    assert presses_to_tell_apart(0.80, share) == presses


# To the next whole press; printed tables round to the nearest one.
@pytest.mark.parametrize(("effect", "presses"), [(0.10, 503), (0.05, 2010), (0.03, 5582)])
def test_presses_for_an_effect_in_four_cells(effect, presses):
    assert presses_for_effect(0.80, effect) == presses
    assert presses_for_effect(0.80, -effect, 2.0) == pytest.approx(2 * presses, abs=2)


@given(st.floats(0.01, 0.2))
def test_the_effect_that_is_seen_is_the_one_that_the_presses_were_planned_for(effect):
    cell = presses_for_effect(0.80, effect)
    assert effect_to_be_seen([2 * 0.16 / cell], [2 * 0.16 / cell]) == pytest.approx(effect, rel=0.01)


def test_more_stores_see_a_smaller_effect():
    assert effect_to_be_seen([0.0004] * 4, [0.0004] * 4) == pytest.approx(effect_to_be_seen([0.0004], [0.0004]) / 2)


@given(st.floats(0.3, 0.9))
def test_small_differences_need_what_the_oracle_says(share):
    # Cohen's h, which statsmodels plans with, comes near for shares close together.
    apart = 2 * (math.asin(math.sqrt(share + 0.02)) - math.asin(math.sqrt(share)))
    expected = NormalIndPower().solve_power(apart, alpha=0.05, power=0.8)
    assert presses_to_tell_apart(share, share + 0.02) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: presses_to_tell_apart(0.8, 0.8), "differ"),
        (lambda: effect_to_be_seen([], [0.1]), "at least one store"),
        (lambda: effect_to_be_seen([0.1], [0.0]), "every change varies"),
        (lambda: presses_to_tell_apart(0.8, 1.2), "between 0 and 1"),
        (lambda: presses_to_tell_apart(0.8, 0.9, power=1), "power"),
        (lambda: presses_for_effect(0.8, 0), "not 0"),
        (lambda: presses_for_effect(1, 0.1), "between 0 and 1"),
        (lambda: presses_for_effect(0.8, 0.1, 0.5), "1 or more"),
        (lambda: presses_for_effect(0.8, math.nan), "not 0"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
