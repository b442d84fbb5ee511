"""A move is told only where both indexes judged at once bear it out; what the plain range alone says is left."""

from __future__ import annotations

import random

import pytest

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import NO_INDEX, Index, Tally, index_of
from server.comparison.moves import LEVEL, chance, moves


def index(positive: int, total: int) -> Index:
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def test_a_large_move_stands_and_one_that_chance_makes_once_in_thirty_does_not():
    large, small = moves([(index(160, 200), index(120, 200)), (index(160, 200), index(142, 200))])
    assert large.clear
    assert large.points == pytest.approx(20)
    assert 0.02 < chance(index(160, 200), index(142, 200)) < 0.05
    assert small.low is not None
    assert small.low > 0
    assert not small.clear


def test_where_one_number_is_withheld_the_other_is_judged_alone():
    nothing, moved = moves([(NO_INDEX, index(120, 200)), (index(160, 200), index(136, 200))])
    assert nothing.points is None
    assert moved.clear
    assert LEVEL / 2 < chance(index(160, 200), index(136, 200)) < LEVEL
    both = moves([(index(150, 200), index(150, 200)), (index(160, 200), index(136, 200))])
    assert not any(one.clear for one in both)


def test_of_a_thousand_weeks_in_which_nothing_moved_about_ten_are_told():
    drawn = random.Random("weeks")

    def week(share: float) -> Index:
        return index(sum(drawn.random() < share for _ in range(300)), 300)

    told = sum(any(one.clear for one in moves([(week(0.84), week(0.84)), (week(0.79), week(0.79))])) for _ in range(1_000))
    assert 2 <= told <= 20
