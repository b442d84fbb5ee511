"""Presses that came close together weigh less, as published tables say."""

from __future__ import annotations

import pytest

from server.analysis.clustering import ClusterSums, cluster_sums, design_effect, design_effect_of_sums, effective
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
