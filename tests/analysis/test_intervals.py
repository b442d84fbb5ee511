"""What every interval shares."""

from __future__ import annotations

import math

import pytest

from server.analysis.intervals import Interval, check_counts, quantile


def test_an_interval_holds_its_limits_and_what_lies_between():
    interval = Interval(0.2, 0.4)
    assert all(interval.holds(value) for value in (0.2, 0.3, 0.4))
    assert not interval.holds(0.41)


def test_the_quantile_is_exact():
    assert quantile(0.95) == pytest.approx(1.959963984540054, abs=1e-15)


@pytest.mark.parametrize("confidence", [0, 1, -0.5, 95, math.nan])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence lies between"):
        quantile(confidence)


@pytest.mark.parametrize(
    ("positive", "total", "sentence"),
    [(5, 4, "more positive"), (-1, 4, "negative"), (0, 0, "at least one"), (math.nan, 4, "finite"), (1, math.inf, "finite")],
)
def test_counts_that_can_not_be_are_refused(positive, total, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_counts(positive, total)
