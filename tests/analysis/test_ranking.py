"""Whether stores differ, what each one's share is in the others' light, and which findings stand."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.multitest import multipletests

from server.analysis.ranking import BetaPrior, adjusted, benjamini_hochberg, fit_beta_binomial, shrink, spread

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


def chain(seed: int, stores: int, presses: int, alpha: float, beta: float) -> list[tuple[int, int]]:
    chance = Random(seed)
    shares = [chance.betavariate(alpha, beta) for _ in range(stores)]
    return [(sum(chance.random() < share for _ in range(presses)), presses) for share in shares]


def equal(seed: int, stores: int, presses: int) -> list[tuple[int, int]]:
    chance = Random(seed)
    return [(sum(chance.random() < 0.8 for _ in range(presses)), presses) for _ in range(stores)]


@given(P_VALUES, st.floats(0.01, 0.5))
def test_what_stands_is_what_scipy_and_statsmodels_say(p_values, q):
    assert adjusted(p_values) == pytest.approx(list(stats.false_discovery_control(p_values)), abs=1e-12)
    # A finding just at the line may be rounded to either side of it.
    assume(all(abs(p - q) > 1e-12 for p in adjusted(p_values)))
    assert benjamini_hochberg(p_values, q) == list(multipletests(p_values, q, method="fdr_bh")[0])


@given(P_VALUES, st.floats(0.01, 0.4))
def test_a_laxer_share_lets_no_finding_fall(p_values, q):
    strict, lax = benjamini_hochberg(p_values, q), benjamini_hochberg(p_values, q * 2)
    assert all(later >= earlier for earlier, later in zip(strict, lax, strict=True))


def test_a_finding_just_at_the_line_stands():
    assert benjamini_hochberg([0.0, 0.0, 0.243016], 0.243016) == [True, True, True]


def test_nothing_is_found_among_nothing():
    assert benjamini_hochberg([], 0.05) == []


def test_the_likelihood_has_its_top_where_scipy_finds_it():
    counts = chain(1, 60, 150, 40, 10)
    prior = fit_beta_binomial(counts)
    found = optimize.minimize(
        lambda at: -sum(stats.betabinom.logpmf(x, n, math.exp(at[0]), math.exp(at[1])) for x, n in counts),
        (3.0, 2.0),
        method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10},
    )
    assert (prior.alpha, prior.beta) == pytest.approx(tuple(math.exp(at) for at in found.x), rel=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_the_spread_that_was_put_in_is_found_again(seed):
    prior = fit_beta_binomial(chain(seed, 300, 400, 80, 20))
    assert prior.share == pytest.approx(0.8, abs=0.01)
    assert 60 < prior.presses < 160


def test_equal_stores_pass_the_guard_as_rarely_as_its_level_says():
    passed = sum(spread(equal(seed, 40, 200)).is_real() for seed in range(300))
    above_0 = sum(spread(equal(seed, 40, 200)).variance > 0 for seed in range(300))
    # 5 of 100, plus or minus three standard deviations; an estimate above 0 alone would let almost half of them pass.
    assert 4 <= passed <= 27
    assert above_0 > 100


def test_stores_without_spread_have_no_prior_and_no_crash():
    assert fit_beta_binomial([(80, 100)] * 20) is None
    assert fit_beta_binomial([(0, 10)] * 5) is None
    assert fit_beta_binomial([(10, 10)] * 5) is None
    assert spread([(0, 10)] * 5).p == 1


def test_single_presses_are_a_store_too():
    assert spread([(1, 1), (0, 1), (1, 1), (1, 1)]).variance == pytest.approx(0)


def test_fractional_counts_weigh_as_they_say():
    one, half = spread([(80, 100), (60, 100)]), spread([(40.0, 50.0), (30.0, 50.0)])
    assert one.p < half.p


@given(st.floats(0.5, 500), st.floats(0.5, 500), st.integers(1, 1000), st.data())
def test_a_store_is_drawn_between_its_own_share_and_the_others(alpha, beta, total, data):
    positive = data.draw(st.integers(0, total))
    prior = BetaPrior(alpha, beta)
    found = shrink(positive, total, prior)
    ends = sorted((positive / total, prior.share))
    assert ends[0] - 1e-12 <= found.share <= ends[1] + 1e-12
    assert found.share == pytest.approx(found.own_weight * positive / total + (1 - found.own_weight) * prior.share)
    assert found.deviation == pytest.approx(stats.beta.std(alpha + positive, beta + total - positive))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: spread([(1, 2)]), "from two on"),
        (lambda: spread([(3, 2), (1, 2)]), "more positive"),
        (lambda: spread([(-1, 2), (1, 2)]), "negative"),
        (lambda: spread([(0, 0), (1, 2)]), "at least one"),
        (lambda: fit_beta_binomial([(math.nan, 2), (1, 2)]), "finite"),
        (lambda: shrink(3, 2, BetaPrior(1, 1)), "more positive"),
        (lambda: BetaPrior(0, 1), "above 0"),
        (lambda: BetaPrior(1, math.nan), "above 0"),
        (lambda: benjamini_hochberg([0.1, 1.1], 0.05), "p-value lies between"),
        (lambda: benjamini_hochberg([math.nan], 0.05), "p-value lies between"),
        (lambda: benjamini_hochberg([0.1], 0), "share of false findings"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
