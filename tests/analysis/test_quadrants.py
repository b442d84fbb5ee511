"""A store is named only where both sides are probable enough."""

from __future__ import annotations

import pytest

from server.analysis.quadrants import paired_quadrant, probability_above, quadrant


def test_the_clear_store_serves_well_and_the_unclear_one_stays_below_four_fifths():
    clear = quadrant(probability_above(45, 50, 0.8), probability_above(30, 50, 0.8))
    assert (clear.service_strong, clear.experience_strong) == (True, False)
    assert clear.probability == pytest.approx(0.9689, abs=1e-4)
    unclear = quadrant(probability_above(34, 40, 0.8), probability_above(29, 40, 0.8))
    assert unclear.probability == pytest.approx(0.6871, abs=1e-4)


def test_a_cut_at_the_edge_is_certain():
    assert probability_above(3, 10, 0) == 1
    assert probability_above(10, 10, 1) == 0


def test_visitors_who_answered_both_are_drawn_together():
    # Independent answers give what the two shares give; answers out of one mood leave the two mixed quadrants empty.
    apart = paired_quadrant((27, 18, 3, 2), 0.8, 0.8, seed=1)
    assert (apart.service_strong, apart.experience_strong) == (True, False)
    assert apart.probability == pytest.approx(0.9689, abs=0.015)
    together = paired_quadrant((40, 0, 0, 10), 0.8, 0.8, seed=1, draws=8_000)
    assert together.probability > 0.45 > quadrant(*[probability_above(40, 50, 0.8)] * 2).probability * 1.5
    assert together == paired_quadrant((40, 0, 0, 10), 0.8, 0.8, seed=1, draws=8_000)


def test_large_counts_are_as_exact_as_small_ones():
    assert probability_above(5000, 10_000, 0.5) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: probability_above(4, 3, 0.5),
        lambda: quadrant(1.2, 0.5),
        lambda: paired_quadrant((1, -1, 0, 0), 0.5, 0.5, 1),
        lambda: paired_quadrant((1, 1, 0, 0), 0.5, 0.5, 1, draws=9),
    ],
)
def test_impossible_input_is_refused(call):
    with pytest.raises(ValueError, match=r"lies between|can not be|not negative|say nothing"):
        call()
