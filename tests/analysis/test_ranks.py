"""A store's ranks: wide where stores are alike, narrow where they are not, and the same each time."""

from __future__ import annotations

import math

import pytest

from server.analysis.ranking import BetaPrior
from server.analysis.ranks import ranks

PRIOR = BetaPrior(40, 10)


def test_the_same_seed_gives_the_same_ranks():
    counts = [(80 + store, 100) for store in range(20)]
    assert ranks(counts, PRIOR, seed=7) == ranks(counts, PRIOR, seed=7)
    assert ranks(counts, PRIOR, seed=7) != ranks(counts, PRIOR, seed=8)


def test_stores_far_apart_have_one_rank_each():
    counts = [(500 + 150 * store, 2_000) for store in range(10)]
    found = ranks(counts, BetaPrior(2, 2), seed=1)
    assert [(store.lower, store.upper) for store in found] == [(rank, rank) for rank in range(1, 11)]
    assert [store.lowest_tenth for store in found] == [1.0] + [0.0] * 9


def test_equal_stores_may_be_anywhere_and_are_in_the_lowest_tenth_with_a_tenth():
    found = ranks([(80, 100)] * 20, PRIOR, seed=1)
    assert all(store.upper - store.lower >= 16 for store in found)
    # 2,000 draws: a tenth, plus or minus four standard deviations.
    assert all(store.lowest_tenth == pytest.approx(0.1, abs=0.027) for store in found)


def test_in_each_draw_somebody_is_in_the_lowest_tenth():
    found = ranks([(70 + store, 100) for store in range(30)], PRIOR, seed=3)
    assert sum(store.lowest_tenth for store in found) == pytest.approx(3)


def test_few_presses_are_drawn_exactly():
    # Beta(1.2, 1.8) against Beta(0.2, 1.8) by numerical integration: the second is lower with probability 0.8605.
    found = ranks([(1, 2), (0, 1)], BetaPrior(0.2, 0.8), seed=5, draws=20_000)
    assert found[1].lowest_tenth == pytest.approx(lower_by_integration(0.2, 1.8, 1.2, 1.8), abs=0.012)


def lower_by_integration(a: float, b: float, c: float, d: float) -> float:
    from scipy import integrate, stats

    return integrate.quad(lambda x: stats.beta.pdf(x, c, d) * stats.beta.cdf(x, a, b), 0, 1)[0]


def test_a_store_of_one_press_and_one_of_none_positive_do_not_crash():
    assert len(ranks([(0, 1), (1, 1), (0, 500)], BetaPrior(0.01, 0.01), seed=1)) == 3


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: ranks([(1, 2), (3, 2)], PRIOR, 1), "more positive"),
        (lambda: ranks([(1, 2), (1, 2)], PRIOR, 1, draws=10), "Fewer than 100 draws"),
        (lambda: ranks([(1, 2), (1, 2)], PRIOR, 1, confidence=1), "confidence"),
        (lambda: ranks([(1, 2), (math.nan, 2)], PRIOR, 1), "finite"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
