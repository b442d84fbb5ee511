"""Expected steps of a chance walk, exact where a closed form is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analysis.absorbing import expected_steps, still_walking


@st.composite
def walks(draw):
    size = draw(st.integers(1, 8))
    walk = []
    for _ in range(size):
        ways = [draw(st.floats(0, 1)) for _ in range(size)]
        end = draw(st.floats(0.01, 1))
        whole = sum(ways) + end
        walk.append({there: way / whole for there, way in enumerate(ways)})
    return walk


@given(walks())
def test_it_solves_what_numpy_solves(walk):
    moves = np.array([[row.get(there, 0.0) for there in range(len(walk))] for row in walk])
    steps = np.linalg.solve(np.eye(len(walk)) - moves, np.ones(len(walk)))
    assert expected_steps(walk) == pytest.approx(steps[0], rel=1e-9)


@given(st.floats(1e-12, 1))
def test_one_state_ends_as_a_coin_does(end):
    # What is missing to 1 keeps only so many digits, so the rarest ends are as exact as their probability is.
    assert expected_steps([{0: 1 - end}]) == pytest.approx(1 / end, rel=1e-3)


def test_a_walk_that_never_ends_takes_for_ever():
    assert expected_steps([{0: 1.0}]) == math.inf
    assert expected_steps([{1: 0.5, 2: 0.5}, {1: 1.0}, {}]) == math.inf


def test_a_trap_that_is_not_reached_does_no_harm():
    assert expected_steps([{}, {1: 1.0}]) == 1
    assert expected_steps([{}, {2: 1.0}, {2: 1.0}]) == 1
    assert expected_steps([{0: 0.5, 1: 0.0}, {1: 1.0}]) == 2


def test_a_walk_of_a_billion_steps_keeps_its_digits():
    # Thirty heads in a row of a fair coin: 2 (2^30 - 1).
    walk = [{0: 0.5, **({run + 1: 0.5} if run < 29 else {})} for run in range(30)]
    assert expected_steps(walk) == pytest.approx(2 * (2**30 - 1), rel=1e-12)


@given(walks())
def test_after_a_long_time_the_shares_no_longer_move(walk):
    shares = np.array(still_walking(walk))
    moved = shares @ np.array([[row.get(there, 0.0) for there in range(len(walk))] for row in walk])
    assert shares.sum() == pytest.approx(1)
    if moved.sum() > 0.2:
        assert moved / moved.sum() == pytest.approx(shares, abs=1e-6)


def test_a_walk_that_ends_at_once_has_still_shares():
    assert still_walking([{}]) == [1.0]


@pytest.mark.parametrize("walk", [[], [{0: 1.5}], [{0: -0.1}], [{3: 0.5}], [{0: math.nan}]])
def test_impossible_walks_are_refused(walk):
    with pytest.raises(ValueError, match=r"at least one state|probabilities|states that exist"):
        expected_steps(walk)
