"""The lowest tenth is named with its probability, and the price of it is low."""

from __future__ import annotations

from random import Random

import pytest

from server.analysis.lowest import lowest_tenth
from server.analysis.ranking import BetaPrior, fit_beta_binomial
from server.analysis.ranks import ranks


def chain(stores: int, presses: int, seed: int) -> list[tuple[float, float]]:
    chance = Random(seed)
    found = []
    for _ in range(stores):
        share = chance.betavariate(40, 15)
        found.append((float(sum(chance.random() < share for _ in range(presses))), float(presses)))
    return found


def test_the_probabilities_are_a_tenth_of_the_stores_together() -> None:
    counts = chain(50, 120, 1)
    prior = fit_beta_binomial(counts)
    assert prior is not None
    assert sum(lowest_tenth(counts, prior)) == pytest.approx(5, abs=1e-6)


def test_they_are_what_drawing_all_stores_many_times_gives() -> None:
    counts = [*chain(38, 200, 2), (60.0, 200.0), (2.0, 5.0)]
    prior = fit_beta_binomial(counts)
    assert prior is not None
    drawn = [one.lowest_tenth for one in ranks(counts, prior, seed=3, draws=4_000)]
    assert lowest_tenth(counts, prior) == pytest.approx(drawn, abs=0.04)


def test_a_small_store_is_not_shamed_by_chance() -> None:
    others = [(float(720 + 3 * number), 1000.0) for number in range(28)]
    probabilities = lowest_tenth([(1.0, 4.0), (500.0, 1000.0), *others], BetaPrior(150, 50))
    assert probabilities[0] < 0.35
    assert probabilities[1] > 0.99


def test_no_stores_have_no_lowest_and_impossible_counts_are_refused() -> None:
    assert lowest_tenth([], BetaPrior(1, 1)) == []
    with pytest.raises(ValueError, match="positive"):
        lowest_tenth([(3.0, 2.0)], BetaPrior(1, 1))
