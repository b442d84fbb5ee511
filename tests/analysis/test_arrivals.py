"""What honest visitors do by chance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from server.analysis.arrivals import binomial_at_least, burst_threshold, longest_silence_s, lost_to_pause, poisson_at_least


@given(st.integers(0, 300), st.floats(0, 200))
def test_arrivals_are_scipys_poisson(count, mean):
    assert poisson_at_least(count, mean) == pytest.approx(stats.poisson.sf(count - 1, mean), abs=1e-10)


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0, 1))
def test_happy_presses_are_scipys_binomial(count, more, share):
    assert binomial_at_least(count, count + more, share) == pytest.approx(
        stats.binom.sf(count - 1, count + more, share), abs=1e-10
    )


def test_a_run_of_greens_is_told_from_chance_from_31_on_at_80_of_100_and_from_66_on_at_90():
    for share, run in ((0.8, 31), (0.9, 66)):
        assert binomial_at_least(run, run, share) < 0.001 < binomial_at_least(run - 1, run - 1, share)


@pytest.mark.parametrize(("mean", "expected"), [(5, 0.0002), (3, 0.0038)])
def test_three_times_the_usual_is_rare_from_five_on(mean, expected):
    assert poisson_at_least(3 * mean, mean) == pytest.approx(expected, abs=5e-5)


@given(st.floats(0, 20), st.floats(0, 60))
def test_a_longer_pause_costs_more(rate, pause):
    assert 0 <= lost_to_pause(rate, pause) <= lost_to_pause(rate, pause + 1) <= 1


def test_a_working_kiosk_is_silent_for_so_long_once_in_a_thousand_gaps():
    assert math.exp(-longest_silence_s(0.5) / 60 * 0.5) == pytest.approx(0.001)
    assert longest_silence_s(0) == math.inf


@given(st.floats(0, 30))
def test_honest_visitors_rarely_reach_the_threshold(rate):
    threshold = burst_threshold(rate, 10)
    assert threshold >= 5
    assert stats.poisson.sf(threshold - 2, rate / 6) <= 0.0005 + 1e-12


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: poisson_at_least(-1, 2), "0 or more"),
        (lambda: poisson_at_least(1, math.nan), "0 or more"),
        (lambda: binomial_at_least(3, 2, 0.5), "between 0 and it"),
        (lambda: binomial_at_least(1, 2, 1.5), "share between"),
        (lambda: lost_to_pause(-1, 2), "0 or more"),
        (lambda: burst_threshold(1, math.inf), "0 or more"),
        (lambda: burst_threshold(1, 10, 0), "false share"),
        (lambda: longest_silence_s(-1), "0 or more"),
        (lambda: longest_silence_s(1, 1), "confidence"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
