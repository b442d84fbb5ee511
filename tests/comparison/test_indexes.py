"""Indexes are withheld below their least counts, and gaps know whose presses belong together."""

from __future__ import annotations

import pytest

from server.analysis.clustering import ClusterSums
from server.analysis.proportions import newcombe, paired_newcombe, wilson
from server.comparison.indexes import (
    NO_GAP,
    Tally,
    add,
    difference,
    gap_of,
    index_of,
    relative_gap,
    subtract,
    tally_of_days,
)
from server.database.figures import DayCount
from server.database.store_figures import VisitCount


def alone(positive: int, total: int) -> Tally:
    return Tally(positive, total, ClusterSums(total, positive, positive, total))


def visits(both: int, service_only: int, experience_only: int, neither: int) -> list[VisitCount]:
    return [VisitCount(1, both, service_only, experience_only, neither)]


@pytest.mark.parametrize(
    ("total", "withheld", "ranged", "valued"),
    [
        (0, "none", False, False),
        (9, "too-few", False, False),
        (10, "range-only", True, False),
        (29, "range-only", True, False),
        (30, "", True, True),
    ],
)
def test_least_counts_decide_what_is_shown(total, withheld, ranged, valued):
    index = index_of(alone(total // 2, total))
    assert index.withheld == withheld
    assert (index.low is not None) == (index.high is not None) == ranged
    assert (index.value is not None) == valued


def test_an_index_has_its_wilson_range():
    index, limits = index_of(alone(333, 388)), wilson(333, 388)
    assert (index.value, index.low, index.high) == pytest.approx((85.8247, 100 * limits.lower, 100 * limits.upper), abs=1e-4)


def test_presses_close_together_widen_the_range_and_may_withhold_the_number():
    bunched = Tally(24, 36, ClusterSums(6, 4 * 36, 4 * 36, 6 * 36))
    index = index_of(bunched)
    assert index.withheld == "too-few" or index.effective < 10
    looser = Tally(24, 36, ClusterSums(18, 48, 48, 72))
    clustered = index_of(looser)
    assert (clustered.withheld, clustered.value) == ("clustered", None)
    assert 10 <= clustered.effective < 30


def test_a_chain_may_ask_for_more_presses_but_not_for_fewer():
    assert index_of(alone(20, 40), least=50).withheld == "too-few"
    assert index_of(alone(4, 8), least=1).withheld == "too-few"


def test_tallies_add_up():
    assert add([alone(3, 5), alone(1, 2)]) == alone(4, 7)


def test_all_presses_paired_gives_the_paired_range():
    service, experience = index_of(alone(45, 60)), index_of(alone(30, 60))
    gap = gap_of(service, experience, visits(25, 20, 5, 10))
    limits = paired_newcombe(25, 5, 20, 10)
    assert (gap.method, gap.pairs) == ("paired", 60)
    assert (gap.points, gap.low, gap.high) == pytest.approx((-25, 100 * limits.lower, 100 * limits.upper))


def test_no_pairs_gives_the_independent_range():
    service, experience = index_of(alone(56, 70)), index_of(alone(48, 80))
    gap = gap_of(service, experience, [])
    limits = newcombe(48, 80, 56, 70)
    assert (gap.method, gap.low, gap.high) == ("independent", 100 * limits.lower, 100 * limits.upper)


def test_some_pairs_give_a_range_between_the_two():
    service, experience = index_of(alone(90, 120)), index_of(alone(60, 120))
    mixed = gap_of(service, experience, visits(28, 17, 2, 13))
    independent = gap_of(service, experience, [])
    assert mixed.method == "mixed"
    assert mixed.high - mixed.low < independent.high - independent.low


def test_a_withheld_index_withholds_the_gap():
    assert gap_of(index_of(alone(10, 20)), index_of(alone(30, 60)), []) == NO_GAP
    assert relative_gap(NO_GAP, NO_GAP) == NO_GAP
    assert difference(index_of(alone(1, 2)), index_of(alone(30, 60))) == NO_GAP


def test_visits_at_the_periods_edge_are_never_more_than_presses():
    service, experience = index_of(alone(30, 40)), index_of(alone(20, 40))
    assert gap_of(service, experience, visits(20, 11, 5, 6)).pairs == 40


def test_a_gap_beside_the_others_is_as_unsure_as_both_together():
    own = gap_of(index_of(alone(85, 100)), index_of(alone(60, 100)), [])
    others = gap_of(index_of(alone(850, 1000)), index_of(alone(700, 1000)), [])
    away = relative_gap(own, others)
    assert away.points == pytest.approx(-10)
    assert away.low < own.low - others.points
    assert away.high > own.high - others.points


def test_days_that_differ_more_than_chance_weigh_less():
    # Rao and Scott 1992, Weil's treated rats, read as days: deff 3.952861, so 145 pups weigh as much as 36.7.
    litters = [
        (12, 12),
        (11, 11),
        (10, 10),
        (9, 9),
        (10, 11),
        (9, 10),
        (9, 10),
        (8, 9),
        (8, 9),
        (4, 5),
        (7, 9),
        (4, 7),
        (5, 10),
    ]
    litters += [(3, 6), (3, 10), (0, 7)]
    rows = [DayCount("exit", day, 1, 2, x, 0, n - x, 0, 0, n, x, x, n) for day, (x, n) in enumerate(litters)]
    assert tally_of_days(rows, 16).effective == pytest.approx(145 / 3.952861, rel=1e-6)
    # Of fewer days than a week, how much days differ can not be told.
    assert tally_of_days(rows, 6).effective == 145


def test_stores_that_differ_do_not_make_their_days_differ():
    even = [
        tally_of_days([DayCount("exit", day, 1, 2, x, 0, 40 - x, 0, 0, 40, x, x, 40) for day in range(8)], 8) for x in (10, 30)
    ]
    assert add(even).effective == pytest.approx(640)
    assert subtract(add(even), even[0]) == even[1]
