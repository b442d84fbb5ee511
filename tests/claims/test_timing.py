"""A server's clock that is ahead has no claim judged early: the kiosks' clocks and the days with presses must agree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from databases import DATABASES
from trials import AFTER, START, Trials, at

from server.claims.claim import GRACE_DAYS, read_claims
from server.claims.judging import judge_all
from server.database.engine import reading

DUE = at(AFTER.end + timedelta(days=GRACE_DAYS))
DAY_MS = 86_400_000


@pytest.fixture
def still(engine) -> Trials:
    """A chain whose days after the change have yet to come."""
    trials = Trials(engine, lives=False)
    trials.before()
    trials.register()
    return trials


def judged(trials: Trials, now_ms: int) -> bool:
    judge_all(trials.engine, now_ms)
    with reading(trials.engine) as connection:
        (claim,) = read_claims(connection)
    return bool(claim.results)


@pytest.mark.parametrize("database", DATABASES)
def test_a_clock_that_jumps_over_the_days_after_judges_nothing_even_when_days_then_pass_by_it(still):
    still.live(START, AFTER.first + timedelta(days=9))
    ahead = AFTER.end + timedelta(days=40)
    assert not judged(still, at(ahead))
    still.live(ahead, ahead + timedelta(days=6))
    assert not judged(still, at(ahead + timedelta(days=6)))
    # The clock is right again, the days pass, and what was stamped with the wrong ones is no witness.
    still.live(AFTER.first + timedelta(days=9), AFTER.end + timedelta(days=2))
    assert not judged(still, DUE)
    still.live(AFTER.end + timedelta(days=2), AFTER.end + timedelta(days=4))
    assert judged(still, DUE)


@pytest.mark.parametrize("database", DATABASES)
def test_kiosks_whose_clocks_a_network_sets_say_that_it_is_too_early(still):
    still.live(START, AFTER.end + timedelta(days=9))
    kiosk = still.kiosks["S01"]
    still.react(kiosk, 1, DUE, DUE, wall_ms=DUE - 2 * DAY_MS)
    assert not judged(still, DUE)
    # One that nobody sets says nothing, whatever it shows.
    still.react(kiosk, 1, DUE, DUE, wall_ms=DUE, synced=False)
    assert not judged(still, DUE)
    # At night nobody presses.
    still.react(kiosk, 1, DUE, DUE, wall_ms=DUE - DAY_MS)
    assert judged(still, DUE)


def test_a_kiosk_whose_clock_is_ahead_judges_nothing_either(still):
    still.live(START, AFTER.end + timedelta(days=9))
    still.react(still.kiosks["S01"], 1, DUE, DUE, wall_ms=DUE + 90 * DAY_MS)
    assert not judged(still, DUE - DAY_MS)


def test_without_a_clock_that_a_network_sets_the_days_with_presses_are_enough(still):
    still.react(still.kiosks["S01"], 1, DUE, DUE, wall_ms=0, synced=False)
    still.live(START, AFTER.end + timedelta(days=GRACE_DAYS - 1))
    assert not judged(still, DUE)
    still.live(AFTER.end + timedelta(days=GRACE_DAYS - 1), AFTER.end + timedelta(days=GRACE_DAYS))
    assert judged(still, DUE)


def test_a_chain_that_was_closed_for_some_weeks_is_judged_all_the_same(still):
    still.live(AFTER.first + timedelta(days=11), AFTER.end + timedelta(days=4))
    assert judged(still, DUE)


def test_what_was_judged_is_counted_again_without_asking_anew(still):
    still.live(START, AFTER.end + timedelta(days=4))
    assert judged(still, DUE)
    still.hear("S01", AFTER.first, 50, 60)
    assert judge_all(still.engine, DUE + 1) == 1
