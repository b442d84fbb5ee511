"""A store is named strong or weak only where that is probable enough."""

from __future__ import annotations

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import Index, Tally, Visits, index_of
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


def test_the_more_visitors_answered_both_the_more_one_answer_says_of_the_other():
    pair = index(165, 200), index(145, 200)
    apart = verdict_of(*pair, TARGETS)
    some, all_of = (verdict_of(*pair, TARGETS, Visits(*cells)) for cells in ((65, 3, 3, 29), (145, 20, 0, 35)))
    assert apart.probability < some.probability < all_of.probability
    # As many visits as there are of one store more than presses, at a period's edge, are those presses.
    assert verdict_of(*pair, TARGETS, Visits(146, 20, 0, 36)).probability <= all_of.probability + 0.01


def test_where_nobody_answered_both_each_index_speaks_for_itself():
    pair = index(165, 200), index(145, 200)
    assert verdict_of(*pair, TARGETS, Visits(0, 0, 0, 0)) == verdict_of(*pair, TARGETS)


def test_visitors_in_both_take_from_how_sure_strong_here_and_weak_there_is():
    pair = index(166, 200), index(130, 200)
    verdict = verdict_of(*pair, TARGETS, Visits(128, 38, 2, 32))
    assert (verdict.name, verdict_of(*pair, TARGETS).name) == ("not-clear-yet", "serves-not-welcomes")
