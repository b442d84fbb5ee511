"""The mean of the faces."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analysis.happy_index import happy_index


@given(st.lists(st.integers(0, 200), min_size=2, max_size=5).filter(any))
def test_the_index_lies_inside_its_interval_and_0_to_100(counts):
    found = happy_index(counts)
    assert 0 <= found.interval.lower <= found.index + 1e-9
    assert found.index - 1e-9 <= found.interval.upper <= 100
    assert 1 <= found.average <= len(counts)


@given(st.lists(st.integers(0, 200), min_size=2, max_size=5).filter(any))
def test_turned_faces_turn_the_index(counts):
    assert happy_index(counts).index == pytest.approx(100 - happy_index(counts[::-1]).index)


def test_two_faces_are_the_share_of_happy_presses():
    assert happy_index([80, 20]).index == 80


def test_four_faces_are_worth_equal_steps():
    assert [happy_index([face == place for place in range(4)]).index for face in range(4)] == pytest.approx(
        [100, 200 / 3, 100 / 3, 0]
    )


def test_few_presses_are_drawn_anew_and_give_the_same_each_time():
    found = happy_index([5, 2, 1])
    assert found == happy_index([5, 2, 1])
    assert found.interval.lower < 60
    assert found.interval.upper > 90


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: happy_index([1]), "two to five"),
        (lambda: happy_index([1] * 6), "two to five"),
        (lambda: happy_index([1, -1]), "not negative"),
        (lambda: happy_index([1, math.nan]), "finite"),
        (lambda: happy_index([0, 0, 0]), "at least one press"),
        (lambda: happy_index([3, 2], 1), "confidence"),
    ],
)
def test_impossible_input_is_refused_with_a_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
