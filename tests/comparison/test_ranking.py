"""Stores are ranked only where they surely differ, and then with a probability."""

from __future__ import annotations

from random import Random

from server.comparison.ranking import rank


def chain(shares: list[float], presses: int = 400, seed: int = 1) -> dict[int, tuple[float, float]]:
    chance = Random(seed)
    return {
        number: (float(sum(chance.random() < share for _ in range(presses))), float(presses))
        for number, share in enumerate(shares)
    }


def test_equal_stores_are_not_ranked():
    refused = [rank(chain([0.8] * 40, seed=seed)).refused for seed in range(20)]
    assert sum(refused) >= 17


def test_stores_that_differ_are_and_the_low_ones_come_first():
    found = rank(chain([0.5, 0.6, *[0.8 + number / 400 for number in range(28)]]))
    assert not found.refused
    assert found.ranked == 30
    assert [store for store, _ in found.lowest[:2]] == [0, 1]
    assert found.lowest[0][1] > 0.99


def test_few_stores_are_not_ranked_whatever_they_are():
    found = rank(chain([0.3, *[0.9] * 8]))
    assert (found.refused, found.ranked, found.lowest) == (True, 9, ())
