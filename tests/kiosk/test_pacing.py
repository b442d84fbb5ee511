"""The kiosk waits longer after each failure, never in step with others, and sends less when less is wanted."""

import random

import pytest

from kiosk.pacing import BACK_OFF_TO_S, SAME_AGAIN, Pace


@pytest.fixture
def pace():
    return Pace(random.Random(1))


def test_waits_grow_with_failures_to_five_minutes_and_are_spread_over_all_of_it(pace):
    first = [Pace(random.Random(seed)).back_off() for seed in range(200)]
    assert min(first) >= 0.2
    assert max(first) <= 2.0
    waits = [pace.back_off() for _ in range(300)]
    assert 0.9 * BACK_OFF_TO_S < max(waits) <= BACK_OFF_TO_S
    assert min(waits[20:]) < 0.1 * BACK_OFF_TO_S


def test_what_the_server_asked_to_wait_is_never_shortened(pace):
    waits = [pace.jittered(30) for _ in range(200)]
    assert 30 <= min(waits) < max(waits) <= 36


def test_the_same_head_is_tried_five_times_and_another_counts_anew(pace):
    assert [pace.had_enough("a", 1) for _ in range(SAME_AGAIN - 1)] == [False] * (SAME_AGAIN - 1)
    assert not pace.had_enough("a", 2)
    assert [pace.had_enough("a", 1) for _ in range(SAME_AGAIN)][-1]


def test_halves_down_to_one_remember_the_servers_limit_and_grow_again_to_it(pace):
    assert pace.make_smaller(500, 100)
    assert pace.limit == 100
    assert pace.make_smaller(100, None)
    assert pace.limit == 50
    for _ in range(5):
        pace.succeeded()
    assert pace.limit == 100
    assert not pace.make_smaller(1, None)


def test_success_ends_the_back_off(pace):
    pace.back_off()
    pace.succeeded()
    assert pace.failures == 0


@pytest.mark.parametrize("told_s", [0.0, None, 31_536_000.0, 999_999_999_999.0, float("inf")])
def test_whatever_time_the_server_names_the_next_try_is_neither_at_once_nor_after_an_hour(told_s) -> None:
    pace = Pace(random.Random(3))
    waits = [pace.as_told(told_s) for _ in range(20)]
    assert min(waits) >= 0.2
    assert max(waits) <= 3_600.0
    assert pace.failures == 20


def test_a_time_that_the_server_names_is_not_undercut() -> None:
    assert all(Pace(random.Random(seed)).as_told(40.0) >= 40.0 for seed in range(20))
