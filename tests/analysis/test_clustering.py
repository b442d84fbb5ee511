"""Presses that came close together weigh less, as published tables say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server.analysis.clustering import ClusterSums, cluster_sums, design_effect, effective
from server.analysis.proportions import wilson

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))["clustering"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_agrees_with_the_published_case(case):
    clusters = list(zip(case["inputs"]["x"], case["inputs"]["n"], strict=True))
    positive, total = sum(x for x, _ in clusters), sum(n for _, n in clusters)
    sums, expected = cluster_sums(clusters), case["expected"]
    assert design_effect(positive, total, sums) == pytest.approx(expected["deff"], abs=1e-6)
    assert effective(positive, total, sums) == pytest.approx(expected["n_eff"], abs=1e-3)


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
        design_effect(3, 2, ClusterSums(1, 1, 1, 1))
