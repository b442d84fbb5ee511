"""Runs at a day's edge: both conditions, face-blind, and "cannot tell" where there are too few."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analysis.edge_runs import (
    Presses,
    binomial_tail,
    find_edge_run,
    is_too_alike,
    poisson_tail,
    straight_needed,
)

ELSEWHERE = Presses(1_000, 800, 200)


@pytest.mark.parametrize(("share", "needed"), [(0.8, 31), (0.9, 66), (0.5, 10), (0.2, 10), (0.999, None)])
def test_how_many_in_a_row_it_takes(share: float, needed: int | None) -> None:
    assert straight_needed(share) == needed
    if needed is not None and needed > 10:
        assert is_too_alike(needed, needed, share)
        assert not is_too_alike(needed - 1, needed - 1, share)


@pytest.mark.parametrize(
    ("count", "mean", "tail"),
    # P(X >= 15 | 5) and P(X >= 9 | 3) as tabulated, to four figures; 0 or more is sure.
    [(15, 5.0, 0.000226), (9, 3.0, 0.003803), (0, 2.0, 1.0), (1, 2.0, 0.864665)],
)
def test_poisson_tails_are_those_of_the_tables(count: int, mean: float, tail: float) -> None:
    assert poisson_tail(count, mean) == pytest.approx(tail, abs=1e-6)


def test_a_poisson_tail_far_out_is_small_and_not_nought() -> None:
    assert 0 < poisson_tail(40, 0.4) < 1e-50
    assert poisson_tail(40, 0.4) < poisson_tail(39, 0.4)


def test_binomial_tails() -> None:
    assert binomial_tail(31, 31, 0.8) == pytest.approx(0.8**31)
    assert binomial_tail(0, 12, 0.3) == pytest.approx(1.0)
    assert binomial_tail(2, 3, 0.5) == pytest.approx(0.5)


def test_many_presses_all_alike_are_a_run() -> None:
    found = find_edge_run(Presses(36, 36, 0), 14, 40, ELSEWHERE)
    assert found is not None
    assert (found.polarity, found.alike, found.tells, found.usual_presses) == ("positive", 36, True, 0.35)
    assert found.usual_share == pytest.approx(0.8, abs=0.001)


@pytest.mark.parametrize(
    ("slot", "usual", "days", "elsewhere", "why"),
    [
        (Presses(36, 36, 0), 36 * 14, 40, ELSEWHERE, "less than three times as many"),
        (Presses(36, 29, 7), 14, 40, ELSEWHERE, "as mixed as ever"),
        (Presses(9, 9, 0), 0, 40, ELSEWHERE, "fewer than ten"),
        (Presses(36, 36, 0), 5, 13, ELSEWHERE, "too few days"),
        (Presses(36, 36, 0), 5, 40, Presses(29, 20, 9), "too few other presses"),
    ],
)
def test_what_is_no_run(slot: Presses, usual: int, days: int, elsewhere: Presses, why: str) -> None:
    assert find_edge_run(slot, usual, days, elsewhere) is None, why


def test_three_times_five_is_too_many_and_three_times_three_is_not() -> None:
    few = Presses(1_000, 100, 900)
    assert find_edge_run(Presses(15, 15, 0), 5 * 20, 20, few) is not None
    assert find_edge_run(Presses(10, 10, 0), 67, 20, few) is None


def test_too_few_that_are_all_alike_can_not_be_told_from_chance() -> None:
    found = find_edge_run(Presses(30, 30, 0), 14, 40, ELSEWHERE)
    assert found is not None
    assert not found.tells
    assert find_edge_run(Presses(30, 29, 1), 14, 40, ELSEWHERE) is None


@given(
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(0, 20),
    st.integers(0, 400),
    st.integers(0, 56),
    st.integers(0, 900),
    st.integers(0, 900),
)
def test_the_rule_does_not_see_faces(
    happy: int, unhappy: int, neutral: int, usual: int, days: int, happy_else: int, unhappy_else: int
) -> None:
    one = find_edge_run(
        Presses(happy + unhappy + neutral, happy, unhappy),
        usual,
        days,
        Presses(happy_else + unhappy_else, happy_else, unhappy_else),
    )
    other = find_edge_run(
        Presses(happy + unhappy + neutral, unhappy, happy),
        usual,
        days,
        Presses(happy_else + unhappy_else, unhappy_else, happy_else),
    )
    if one is None or other is None:
        assert one is other
        return
    assert {one.polarity, other.polarity} == {"positive", "negative"}
    assert (one.presses, one.alike, one.tells) == (other.presses, other.alike, other.tells)
    assert one.usual_presses == other.usual_presses
    assert one.usual_share == pytest.approx(other.usual_share)


def test_honest_evenings_are_hardly_ever_taken_for_runs() -> None:
    chance = random.Random(5)
    found = 0
    for _ in range(4_000):
        usual_mean = chance.uniform(0.5, 12)
        slot = [chance.random() < 0.8 for _ in range(_poisson(chance, usual_mean))]
        usual = sum(_poisson(chance, usual_mean) for _ in range(40))
        run = find_edge_run(Presses(len(slot), sum(slot), len(slot) - sum(slot)), usual, 40, ELSEWHERE)
        found += run is not None
    assert found == 0


def _poisson(chance: random.Random, mean: float) -> int:
    moment, count = chance.expovariate(mean), 0
    while moment < 1:
        moment += chance.expovariate(mean)
        count += 1
    return count
