"""Numbers for people round the way people expect, and ranges never lose what they hold."""

from __future__ import annotations

import pytest

from server.comparison.rounding import away_from_nought, outwards, shown


@pytest.mark.parametrize(("value", "whole"), [(60.49, 60), (60.5, 61), (61.5, 62), (0.0, 0), (100.0, 100), (-0.5, 0)])
def test_halves_go_up(value, whole):
    assert shown(value) == whole


@pytest.mark.parametrize(
    ("low", "high", "whole"),
    [(81.8, 89.1, (81, 90)), (-30.8, -18.9, (-31, -18)), (20.0, 20.0000000001, (20, 20)), (0.0, 100.0, (0, 100))],
)
def test_ranges_round_outwards(low, high, whole):
    assert outwards(low, high) == whole


def test_a_difference_that_is_sure_never_reads_as_if_it_might_be_none():
    assert away_from_nought(0.3, 8.2) == (1, 9)
    assert away_from_nought(-8.2, -0.3) == (1, 9)
    assert away_from_nought(0.1, 0.4) == (1, 1)
    assert away_from_nought(2.4, 8.2) == (2, 9)
