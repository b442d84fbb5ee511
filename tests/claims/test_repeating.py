"""What showed once is confirmed or contradicted by a second try, in other stores or later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from trials import AFTER, Trials, at

from server.claims.claim import read_claims
from server.claims.judging import judge_all
from server.claims.registering import windows_of
from server.claims.repeating import OTHER_STORES, SECOND_WAVE, level_of, verdict_of
from server.database.engine import reading

HELPED = [780, 770, 790, 705, 690, 700, 710, 695]
SECOND = AFTER.end + timedelta(weeks=5)


def tried_twice(trials: Trials, second, treated=("S04", "S05", "S06"), first=HELPED):
    """Both claims; in the second three stores, which the first only compared with, get the change too."""
    trials.before()
    one = trials.register()
    trials.after(first)
    before, after = windows_of(SECOND, 4)
    control = [code for code in trials.codes if code not in treated]
    trials.hear_all(SECOND - timedelta(days=7), first)
    days = {"start": SECOND, "before": before, "after": after}
    other = trials.register(at(SECOND), **days, treated=treated, control=control, repeats=one)
    trials.hear_all(after.first, second)
    judge_all(trials.engine, at(after.end + timedelta(days=7)))
    with reading(trials.engine) as connection:
        found = {claim.id: claim for claim in read_claims(connection)}
    return found[one], found[other]


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        ([780, 772, 790, 785, 770, 781, 711, 694], "confirmed"),
        ([780, 772, 790, 620, 610, 619, 711, 694], "contradicted"),
        ([780, 772, 790, 760, 640, 770, 711, 694], "not_confirmed_yet"),
    ],
)
def test_the_second_try_decides(engine, second, verdict):
    trials = Trials(engine)
    one, other = tried_twice(trials, second)
    assert one.result.outcome == "showed"
    assert level_of(one, other) == OTHER_STORES
    assert verdict_of(one, other).verdict == verdict


def test_the_same_stores_again_are_a_second_wave(engine):
    trials = Trials(engine)
    one, other = tried_twice(trials, [781, 769, 792, 706, 689, 702, 709, 694], treated=("S01", "S02", "S03"))
    assert level_of(one, other) == SECOND_WAVE
    assert verdict_of(one, other).verdict != "confirmed"


def test_where_nothing_showed_there_is_nothing_to_confirm(engine):
    trials = Trials(engine)
    one, other = tried_twice(trials, HELPED, first=[700, 760, 640, 705, 690, 700, 710, 695])
    assert other.result is not None
    assert verdict_of(one, other) is None


def test_until_both_are_judged_there_is_no_verdict(trials):
    trials.before()
    number = trials.register()
    with reading(trials.engine) as connection:
        (claim,) = read_claims(connection, [number])
    assert verdict_of(claim, claim) is None


@pytest.mark.parametrize(
    ("outcome", "effect", "verdict"),
    [
        ("not-seen", 8.0, "not_confirmed_yet"),
        ("showed", 8.0, "confirmed"),
        ("showed", 1.0, "confirmed"),
        ("other-way", -8.0, "contradicted"),
        ("not-seen", -40.0, "contradicted"),
    ],
)
def test_a_verdict_never_says_other_than_what_the_second_try_came_to(trials, outcome, effect, verdict):
    one, other = tried_twice(trials, [780, 772, 790, 785, 770, 781, 711, 694])
    assert verdict_of(one, other).own.holds(0) is False
    told = other.results[0]
    found = replace(told.result, outcome=outcome, effect=effect, error=2.0)
    assert verdict_of(one, replace(other, results=(told._replace(result=found),))).verdict == verdict
