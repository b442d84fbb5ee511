"""Presses that came close together weigh less, as published tables say."""

from __future__ import annotations

from random import Random

import pytest

from server.analysis.clustering import (
    ClusterSums,
    cluster_sums,
    design_effect,
    design_effect_of_sums,
    effective,
    expected_effect,
    likeness,
)
from server.analysis.proportions import wilson


def test_the_hand_made_case_widens_the_interval():
    few = effective(4, 12, cluster_sums([(4, 4), (0, 4), (0, 4)]))
    found = wilson(4 / 12 * few, few)
    assert (found.lower, found.upper) == pytest.approx((0.0452551, 0.8406182), abs=1e-6)


def test_single_presses_weigh_in_full():
    assert effective(20, 30, cluster_sums([(1, 1)] * 20 + [(0, 1)] * 10)) == 30


def test_clusters_that_agree_less_than_chance_never_add_weight():
    assert effective(10, 20, cluster_sums([(1, 2)] * 10)) == 20


def test_nothing_pressed_weighs_nothing():
    assert effective(0, 0, ClusterSums(0, 0, 0, 0)) == 0


def test_more_positives_than_presses_are_refused():
    with pytest.raises(ValueError, match="positive of"):
        design_effect_of_sums(3, 2, ClusterSums(1, 1, 1, 1))


def test_a_cluster_with_more_positives_than_presses_is_refused():
    with pytest.raises(ValueError, match="No cluster has more positive presses"):
        cluster_sums([(1, 2), (3, 2)])


def test_of_two_groupings_the_worse_one_counts():
    runs, days = [(2, 3), (1, 3), (3, 3), (1, 3)], [(3, 6), (4, 6)]
    both = design_effect_of_sums(7, 12, cluster_sums(runs), cluster_sums(days))
    assert both == max(design_effect(runs), design_effect(days))
    assert design_effect_of_sums(7, 12) == 1


def test_days_that_differ_weigh_less_than_their_presses():
    steady, moody = [(8, 10)] * 7, [(10, 10), (4, 10), (9, 10), (10, 10), (5, 10), (9, 10), (9, 10)]
    assert design_effect(steady) == 1
    assert design_effect(moody) > 2


def moody_days(seed: int, shock: float, days: int = 7, presses: int = 60) -> tuple[int, int, ClusterSums]:
    chance = Random(seed)
    cells = []
    for _ in range(days):
        share = min(1.0, max(0.0, chance.gauss(0.8, shock)))
        cells.append((sum(chance.random() < share for _ in range(presses)), presses))
    return sum(x for x, _ in cells), sum(n for _, n in cells), cluster_sums(cells)


def test_many_stores_days_together_tell_how_much_days_differ():
    # Days that differ with a standard deviation of 0.05 around 0.8 have likeness 0.05^2 / (0.8 * 0.2).
    assert likeness(moody_days(seed, 0.05) for seed in range(400)) == pytest.approx(0.0025 / 0.16, rel=0.15)
    assert likeness(moody_days(seed, 0.0) for seed in range(400)) == pytest.approx(0, abs=0.002)


def test_the_expected_effect_grows_with_the_mean_day():
    sums = cluster_sums([(48, 60)] * 7)
    assert expected_effect(420, sums, 0.02) == pytest.approx(1 + 59 * 0.02)
    assert expected_effect(420, ClusterSums(0, 0, 0, 0), 0.02) == 1


def test_stores_that_tell_nothing_of_days_are_passed_over():
    assert likeness([(5, 5, cluster_sums([(5, 5)])), (0, 8, cluster_sums([(0, 4), (0, 4)]))]) == 0


def test_a_likeness_beyond_1_is_refused():
    with pytest.raises(ValueError, match="likeness lies between"):
        expected_effect(10, cluster_sums([(1, 10)]), 1.1)


def test_the_treated_litters_of_the_same_table_agree_too():
    # Weil's rats (Rao and Scott 1992, Table 1), the group that the reference cases leave out.
    x = [12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0]
    n = [12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7]
    litters = list(zip(x, n, strict=True))
    assert design_effect(litters) == pytest.approx(3.952861, abs=1e-6)
    few = effective(sum(x), sum(n), cluster_sums(litters))
    found = wilson(sum(x) / sum(n) * few, few)
    assert (found.lower, found.upper) == pytest.approx((0.615, 0.878), abs=6e-4)


def test_a_store_that_can_not_be_is_refused():
    with pytest.raises(ValueError, match="4 positive of 3"):
        likeness([(4, 3, cluster_sums([(1, 2)]))])
