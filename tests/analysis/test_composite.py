"""One number out of several, and never one that hides what is missing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analysis.composite import composite, linear
from server.analysis.proportions import correlated_newcombe, newcombe, overlap_correlation, paired_newcombe, phi

WEIGHTS = {"CX": 0.4, "EX": 0.3, "LX": 0.1, "IX": 0.1, "VX": 0.05, "TX": 0.05}
ALL_SIX = {"CX": (160, 200), "EX": (42, 60), "LX": (18, 20), "IX": (25, 40), "VX": (9, 10), "TX": (70, 100)}


@st.composite
def counts(draw):
    total = draw(st.integers(1, 300))
    return draw(st.integers(0, total)), total


def test_all_six_parts_make_the_composite():
    found = composite(ALL_SIX, WEIGHTS)
    assert (found.coverage, found.value) == (1, pytest.approx(0.7625))
    assert (found.interval.lower, found.interval.upper) == pytest.approx((0.7087, 0.8022), abs=5e-5)
    assert found.bounds.lower == found.bounds.upper == found.value


def test_below_sixty_per_cent_there_is_no_number():
    found = composite({"CX": (160, 200), "LX": (18, 20), "VX": (9, 10)}, WEIGHTS)
    assert found.coverage == pytest.approx(0.55)
    assert (found.value, found.measured, found.measured_interval, found.bounds) == (None,) * 4


def test_sixty_per_cent_by_decimals_is_enough():
    found = composite({"a": (1, 2), "b": (1, 2), "c": (1, 2)}, {"a": 0.3, "b": 0.2, "c": 0.1, "d": 0.4})
    assert found.measured == pytest.approx(0.5)


def test_none_left_out_and_without_presses_are_all_missing():
    known = {"CX": (160, 200), "EX": (42, 60)}
    assert composite(known, WEIGHTS) == composite({**known, "LX": None, "TX": (0, 0)}, WEIGHTS)


@given(st.lists(counts(), min_size=2, max_size=6), st.data())
def test_whatever_the_missing_parts_are_the_whole_lies_within_the_bounds(parts, data):
    raw = [data.draw(st.integers(1, 20)) for _ in parts]
    weights = {str(place): weight / sum(raw) for place, weight in enumerate(raw)}
    everything = {str(place): part for place, part in enumerate(parts)}
    whole = composite(everything, weights)
    missing = composite({name: part for name, part in everything.items() if name != "0"}, weights)
    assert 0 <= whole.interval.lower <= whole.value + 1e-12
    assert whole.value - 1e-12 <= whole.interval.upper <= 1 + 1e-12
    if missing.bounds is not None:
        assert missing.bounds.lower - 1e-9 <= whole.value <= missing.bounds.upper + 1e-9
        assert missing.value is None


@given(counts(), counts())
def test_one_minus_the_other_is_newcombes(one, other):
    estimate, found = linear([one, other], [1, -1])
    expected = newcombe(*one, *other)
    assert estimate == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert (found.lower, found.upper) == pytest.approx((expected.lower, expected.upper), abs=1e-9)


def test_shared_visitors_make_a_difference_narrower_and_a_sum_wider():
    together = {(0, 1): overlap_correlation(phi(30, 5, 5, 20), 60, 60, 60)}
    parts = [(35, 60), (35, 60)]
    apart, paired = linear(parts, [1, -1])[1], linear(parts, [1, -1], together=together)[1]
    assert paired == correlated_newcombe(35, 60, 35, 60, together[0, 1])
    assert (paired.lower, paired.upper) == pytest.approx(
        (paired_newcombe(30, 5, 5, 20).lower, paired_newcombe(30, 5, 5, 20).upper)
    )
    assert paired.upper - paired.lower < apart.upper - apart.lower
    named = {"CX": (35, 60), "EX": (35, 60)}
    half = {"CX": 0.5, "EX": 0.5}
    alone = composite(named, half)
    shared = composite(named, half, together={frozenset(("CX", "EX")): together[0, 1]})
    assert shared.interval.upper - shared.interval.lower > alone.interval.upper - alone.interval.lower


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: composite(ALL_SIX, {**WEIGHTS, "CX": 0.5}), "sum to 1, not to 1.1"),
        (lambda: composite(ALL_SIX, {}), "sum to 1, not to 0"),
        (lambda: composite({"CX": (1, 2)}, {"CX": 1.5, "EX": -0.5}), "above 0"),
        (lambda: composite({"CX": (1, 2)}, {"CX": math.nan}), "above 0"),
        (lambda: composite({"ZX": (1, 2)}, {"CX": 1.0}), "no weight: ZX"),
        (lambda: composite({"CX": (3, 2)}, {"CX": 1.0}), "more positive"),
        (lambda: composite({"CX": (1, 0)}, {"CX": 1.0}), "at least one press"),
        (lambda: linear([(1, 2)], [1, 1]), "one factor"),
        (lambda: linear([], []), "one factor"),
        (lambda: linear([(1, 2)], [math.inf]), "finite"),
        (lambda: linear([(1, 2), (1, 2)], [1, 1], together={(0, 1): 2}), "between -1 and 1"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
