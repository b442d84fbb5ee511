"""A store is named strong or weak only where that is probable enough."""

from __future__ import annotations

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import Index, Tally, index_of
from server.comparison.quadrant import Cuts, verdict_of

TARGETS = Cuts(80, 70, declared=True)


def index(positive: int, total: int) -> Index:
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def test_far_above_and_far_below_is_clear():
    verdict = verdict_of(index(360, 400), index(200, 400), TARGETS)
    assert (verdict.name, verdict.clear) == ("serves-not-welcomes", True)
    assert verdict.probability > 0.999
    assert verdict_of(index(200, 400), index(360, 400), TARGETS).name == "welcomes-not-serves"
    assert verdict_of(index(360, 400), index(360, 400), TARGETS).name == "both-strong"
    assert verdict_of(index(200, 400), index(200, 400), TARGETS).name == "both-weak"


def test_a_range_across_its_cut_is_likely_at_best():
    verdict = verdict_of(index(250, 300), index(150, 300), TARGETS)
    assert (verdict.name, verdict.clear) == ("serves-not-welcomes", False)
    assert 0.80 <= verdict.probability < 0.975


def test_a_coin_toss_is_not_clear_yet():
    assert verdict_of(index(40, 50), index(35, 50), TARGETS).name == "not-clear-yet"


def test_each_index_alone_is_strong_or_weak_where_its_range_lies_on_one_side():
    unclear = verdict_of(index(360, 400), index(144, 200), TARGETS)
    assert (unclear.name, unclear.service, unclear.experience) == ("not-clear-yet", "strong", "open")
    unclear = verdict_of(index(81, 100), index(200, 400), TARGETS)
    assert (unclear.name, unclear.service, unclear.experience) == ("not-clear-yet", "open", "weak")
    named = verdict_of(index(360, 400), index(200, 400), TARGETS)
    assert (named.service, named.experience) == ("strong", "weak")


def test_without_a_cut_nothing_is_named():
    assert verdict_of(index(360, 400), index(200, 400), Cuts(None, None, declared=False)).name == ""


def test_a_withheld_index_has_no_verdict():
    assert verdict_of(index(9, 12), index(300, 400), TARGETS) is None
