"""Special functions, against scipy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from server.analysis.special import (
    beta_below,
    beta_quantile,
    both_below,
    chi_square_above,
    digamma,
    gamma_below,
    gamma_quantile,
    trigamma,
)

SHAPES = st.floats(0.05, 5_000)


@given(SHAPES)
def test_the_derivatives_of_log_gamma_are_scipys(x):
    assert digamma(x) == pytest.approx(special.digamma(x), rel=1e-11, abs=1e-11)
    assert trigamma(x) == pytest.approx(special.polygamma(1, x), rel=1e-11)


@given(st.floats(0, 1), SHAPES, SHAPES)
def test_the_beta_distribution_is_scipys(x, a, b):
    assert beta_below(x, a, b) == pytest.approx(special.betainc(a, b, x), abs=1e-10)


@given(st.floats(0.001, 0.999), st.floats(0.5, 5_000), st.floats(0.5, 5_000))
def test_the_beta_quantile_is_scipys(share, a, b):
    assert beta_quantile(share, a, b) == pytest.approx(stats.beta.ppf(share, a, b), rel=1e-7, abs=1e-12)


@given(st.floats(0, 10_000), SHAPES)
def test_the_gamma_distribution_is_scipys(x, shape):
    assert gamma_below(x, shape) == pytest.approx(special.gammainc(shape, x), abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.5, 5_000))
def test_the_gamma_quantile_is_scipys(share, shape):
    assert gamma_quantile(share, shape) == pytest.approx(stats.gamma.ppf(share, shape), rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(("x", "degrees"), [(0, 3), (3.84, 1), (499, 499), (650, 499), (1500, 499)])
def test_chi_square_tails_keep_their_digits_far_out(x, degrees):
    assert chi_square_above(x, degrees) == pytest.approx(stats.chi2.sf(x, degrees), rel=1e-8)


def test_beyond_the_ends_nothing_or_all_lies_below():
    assert beta_below(-1, 2, 3) == 0
    assert beta_below(2, 2, 3) == 1
    assert gamma_below(-1, 2) == 0


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-0.98, 0.98))
def test_two_normals_that_vary_together_are_scipys(h, k, correlation):
    theirs = stats.multivariate_normal.cdf([h, k], cov=[[1, correlation], [correlation, 1]])
    assert both_below(h, k, correlation) == pytest.approx(theirs, abs=1e-5)


def test_two_that_are_one_and_the_same_are_nearly_told_so():
    assert both_below(0.3, 0.3, 1) == pytest.approx(stats.norm.cdf(0.3), abs=0.01)
    assert both_below(0.3, -0.3, -1) == pytest.approx(0, abs=0.01)
