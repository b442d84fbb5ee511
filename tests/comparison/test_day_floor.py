"""A store whose days happened to be steady is not surer than all stores' days allow."""

from __future__ import annotations

from random import Random

import pytest

from server.analysis.clustering import ClusterSums, cluster_sums
from server.comparison.beside import Counted
from server.comparison.day_floor import with_floor
from server.comparison.indexes import NO_CLUSTERS, Tally, Visits, spread_of
from server.database.strata import NO_STRATA


def store(days: list[tuple[int, int]]) -> Counted:
    positive, total = sum(x for x, _ in days), sum(n for _, n in days)
    sums = cluster_sums(days)
    alone = ClusterSums(total, positive, positive, total)
    tally = Tally(positive, total, alone, spread_of(positive, total, sums))
    return Counted(tally, tally, Visits(0, 0, 0, 0), NO_STRATA, NO_STRATA, service_days=sums, experience_days=NO_CLUSTERS)


def moody(seed: int) -> Counted:
    chance = Random(seed)
    return store([(sum(chance.random() < share for _ in range(60)), 60) for share in (0.9, 0.7, 0.85, 0.6, 0.95, 0.8, 0.75)])


STEADY = store([(48, 60)] * 7)


def test_a_steady_store_among_moody_ones_weighs_as_they_do():
    found = with_floor({0: STEADY, **{number: moody(number) for number in range(1, 60)}})
    assert STEADY.service.effective == pytest.approx(420)
    assert found[0].service.effective < 0.6 * STEADY.service.effective


def test_a_moody_store_among_steady_ones_keeps_its_own_weight():
    found = with_floor({0: moody(1), **dict.fromkeys(range(1, 60), STEADY)})
    assert found[0].service.effective == pytest.approx(moody(1).service.effective)
    assert found[1].service.effective > 0.9 * STEADY.service.effective


def test_without_days_as_clusters_nothing_changes():
    chain = {0: STEADY, **{number: moody(number) for number in range(1, 9)}}
    assert with_floor(chain)[3].experience == chain[3].experience


def test_a_store_without_presses_of_a_signal_passes():
    nobody = Tally(0, 0, NO_CLUSTERS)
    bare = Counted(nobody, STEADY.experience, Visits(0, 0, 0, 0), NO_STRATA, NO_STRATA)
    assert with_floor({0: bare})[0].service == nobody
