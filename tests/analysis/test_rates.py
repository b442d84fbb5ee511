"""Rates of rare events; the published births are in test_published."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from server.analysis.rates import standardised_rate


def test_one_stratum_has_the_exact_poisson_limits():
    found = standardised_rate([7], [1_000], [50])
    assert found.crude == found.adjusted == pytest.approx(0.007)
    exact = stats.chi2.ppf(0.025, 14) / 2_000, stats.chi2.ppf(0.975, 16) / 2_000
    assert (found.interval.lower, found.interval.upper) == pytest.approx(exact)


def test_no_event_has_0_below_and_a_limit_above():
    found = standardised_rate([0, 0], [100, 200], [1, 1])
    assert (found.adjusted, found.interval.lower) == (0, 0)
    assert found.interval.upper > 0


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: standardised_rate([], [], []), "Each stratum"),
        (lambda: standardised_rate([1], [10, 10], [1]), "Each stratum"),
        (lambda: standardised_rate([-1], [10], [1]), "0 or more"),
        (lambda: standardised_rate([1], [0], [1]), "above 0"),
        (lambda: standardised_rate([math.nan], [10], [1]), "0 or more"),
        (lambda: standardised_rate([1], [10], [0]), "somebody"),
        (lambda: standardised_rate([1], [10], [1], 1), "confidence"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
