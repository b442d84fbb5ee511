"""A claim is judged once, when all is in, by one rule; what comes later stands beside the result."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from databases import DATABASES
from sqlalchemy import update
from trials import AFTER, BEFORE, NOON_MS, SERVICE, START, Trials, at

from server.analysis.claims import difference_in_differences, permutation_p
from server.claims.claim import GRACE_DAYS, Claim, course_of, read_claims, todays
from server.claims.judging import judge_all, result_of
from server.claims.registering import give_up
from server.claims.result import (
    NOT_SEEN,
    OTHER_FACES,
    OTHER_QUESTIONS,
    OTHER_WAY,
    SHOWED,
    THIN_HOURS,
    TOO_FEW,
    UNTESTABLE,
    StoreChange,
)
from server.database.engine import reading, writing
from server.database.kiosks import set_disabled
from server.database.placements import end_placement, place
from server.database.tables import placements

DUE = at(AFTER.end + timedelta(days=GRACE_DAYS))
HELPED = [780, 770, 790, 705, 690, 700, 710, 695]


def one(trials: Trials, number: int) -> Claim:
    with reading(trials.engine) as connection:
        (claim,) = read_claims(connection, [number])
    return claim


@pytest.mark.parametrize("database", DATABASES)
def test_a_planted_effect_is_found_with_its_range_and_its_chance(trials):
    trials.before()
    number = trials.register()
    trials.after(HELPED)
    assert judge_all(trials.engine, DUE) == 1
    found = one(trials, number).result
    assert found.outcome == SHOWED
    assert found.effect == pytest.approx(8.0)
    assert found.low < 8 < found.high
    assert found.low > 0
    assert found.p == pytest.approx(1 / 56)
    assert (found.treated_change, found.control_change) == pytest.approx((8.0, 0.0))
    assert [store.change for store in found.stores] == pytest.approx([8, 7, 9, 0.5, -1, 0, 1, -0.5])
    assert (found.waiting, found.unheard) == (0, 0)


@pytest.mark.parametrize(
    ("after", "direction", "outcome"),
    [
        (HELPED, "down", OTHER_WAY),
        ([1400 - x for x in HELPED], "up", OTHER_WAY),
        ([1400 - x for x in HELPED], "down", SHOWED),
        ([700, 760, 640, 705, 690, 700, 710, 695], "up", NOT_SEEN),
    ],
)
def test_what_is_seen_is_told_from_what_went_the_other_way_and_from_chance(trials, after, direction, outcome):
    trials.before()
    number = trials.register(direction=direction)
    trials.after(after)
    judge_all(trials.engine, DUE)
    assert one(trials, number).result.outcome == outcome


def test_before_the_last_day_and_the_days_of_grace_nothing_is_worked_out(trials):
    trials.before()
    number = trials.register()
    trials.after(HELPED)
    assert judge_all(trials.engine, DUE - 86_400_000) == 0
    assert one(trials, number).results == ()
    states = {}
    with reading(trials.engine) as connection:
        for day in (START, AFTER.first, AFTER.first + timedelta(days=9), AFTER.end):
            found = course_of(one(trials, number), todays(connection, at(day)))
            states[day] = (found.state, found.days_in)
    assert list(states.values()) == [("waiting", 0), ("running", 0), ("running", 9), ("closing", 28)]
    judge_all(trials.engine, DUE)
    with reading(trials.engine) as connection:
        assert course_of(one(trials, number), todays(connection, DUE)).state == "decided"


@pytest.mark.parametrize("database", DATABASES)
def test_a_recount_that_differs_stands_beside_and_one_that_does_not_is_not_kept(trials):
    trials.before()
    number = trials.register()
    trials.after(HELPED)
    assert [judge_all(trials.engine, DUE + hour) for hour in (0, 1)] == [1, 0]
    first = one(trials, number).results[0]
    trials.hear("S01", AFTER.first + timedelta(days=1), 0, 200)
    assert [judge_all(trials.engine, DUE + hour) for hour in (2, 3)] == [1, 0]
    claim = one(trials, number)
    assert claim.results[0] == first
    assert len(claim.results) == 2
    assert claim.result.effect == pytest.approx(8.0)
    assert claim.results[1].result.effect < 4


def test_a_claim_that_was_given_up_is_never_worked_out(trials):
    trials.before()
    number = trials.register()
    trials.after(HELPED)
    with writing(trials.engine) as connection:
        give_up(connection, one(trials, number), "No training took place.", NOON_MS, "a@b.example")
    assert judge_all(trials.engine, DUE) == 0
    assert one(trials, number).results == ()


def test_hours_are_those_of_before(trials):
    """All evenings are worse; who hears more of them afterwards is not blamed for it."""
    for code in trials.codes:
        trials.hear(code, START - timedelta(days=7), 800, 200)
        trials.hear(
            code,
            START - timedelta(days=6),
            500,
            500,
            afternoon_counted=0,
            afternoon_positive=0,
            evening_counted=1000,
            evening_positive=500,
        )
    number = trials.register()
    for code in trials.codes:
        evening = 9 if code in trials.treated else 1
        trials.hear(code, AFTER.first, 800, 200)
        trials.hear(
            code,
            AFTER.first + timedelta(days=1),
            500 * evening,
            500 * evening,
            afternoon_counted=0,
            afternoon_positive=0,
            evening_counted=1000 * evening,
            evening_positive=500 * evening,
        )
    judge_all(trials.engine, DUE)
    found = one(trials, number).result
    assert found.outcome == NOT_SEEN
    assert found.effect == pytest.approx(0.0)


def test_the_gap_is_experience_minus_service(trials):
    trials.before()
    for code in trials.codes:
        trials.hear(code, START - timedelta(days=7), 800, 200, SERVICE)
    number = trials.register(measure="gap")
    trials.after(HELPED)
    for code in trials.codes:
        trials.hear(code, AFTER.first, 820, 180, SERVICE)
    judge_all(trials.engine, DUE)
    found = one(trials, number).result
    assert found.stores[0].before == pytest.approx(-10.0)
    assert found.stores[0].change == pytest.approx(6.0)
    assert found.effect == pytest.approx(8.0)
    assert len(found.stores[0].presses) == 2


def test_stores_that_can_not_be_compared_are_left_out_with_the_reason(trials):
    trials.before()
    number = trials.register()
    trials.hear("S04", AFTER.first, 60, 39)
    trials.hear("S05", AFTER.first, 700, 300, faces=3)
    trials.hear("S06", AFTER.first, 700, 300)
    trials.hear("S06", AFTER.first, 70, 30, "exit-come-back")
    trials.hear(
        "S07", AFTER.first, 700, 300, afternoon_counted=0, afternoon_positive=0, evening_counted=1000, evening_positive=700
    )
    trials.hear("S08", AFTER.first, 700, 300)
    for code in trials.treated:
        trials.hear(code, AFTER.first, 780, 220)
    judge_all(trials.engine, DUE)
    found = one(trials, number).result
    why = {code: store.left_out for code, store in zip(trials.codes, found.stores, strict=True) if store.left_out}
    assert why == {"S04": TOO_FEW, "S05": OTHER_FACES, "S06": OTHER_QUESTIONS, "S07": THIN_HOURS}
    assert (found.outcome, found.effect) == (UNTESTABLE, None)
    assert (len(found.side(treated=True)), len(found.side(treated=False))) == (3, 1)


def test_what_the_kiosks_still_hold_is_said_with_the_result(trials):
    trials.before()
    number = trials.register()
    trials.after(HELPED)
    trials.totals(trials.kiosks["S01"], 1000, 988)
    judge_all(trials.engine, DUE)
    assert one(trials, number).result.waiting == 12


@pytest.mark.parametrize("database", DATABASES)
def test_a_kiosk_that_was_taken_away_still_counts_with_what_it_holds(trials):
    """One was moved while it held presses, one was broken and replaced, one gave its card to the next, one was switched off."""
    trials.before()
    number = trials.register()
    trials.after(HELPED)
    middle, late = at(AFTER.first), DUE - 86_400_000
    for code, heard_ms, store in (
        ("K-moved", late, "S01"),
        ("K-broken", middle - 5, "S02"),
        ("K-card", middle - 5, "S03"),
        ("K-off", middle - 5, "S04"),
    ):
        trials.kiosks[code] = trials.kiosk(trials.refs[store], code, heard_ms=heard_ms)
    new = trials.kiosk(trials.refs["S03"], "K-new", heard_ms=late)
    trials.totals(trials.kiosks["K-moved"], 1000, 990, buffer="moved")
    trials.totals(trials.kiosks["K-card"], 500, 500, buffer="card")
    trials.totals(new, 500, 500, buffer="card", heard_ms=late)
    with writing(trials.engine) as connection:
        for code in ("K-moved", "K-broken", "K-card"):
            end_placement(connection, trials.kiosks[code].id, middle)
        set_disabled(connection, trials.kiosks["K-off"].id, middle)
        place(connection, trials.kiosks["K-moved"].id, trials.refs["S05"].id, "exit", middle)
    judge_all(trials.engine, DUE)
    found = one(trials, number).result
    assert (found.waiting, found.unheard) == (10, 2)


def test_a_kiosk_that_came_after_the_last_day_or_left_before_the_first_does_not_count(trials):
    trials.before()
    number = trials.register()
    trials.after(HELPED)
    before, after = (trials.kiosk(trials.refs["S01"], code) for code in ("K-before", "K-after"))
    with writing(trials.engine) as connection:
        end_placement(connection, before.id, at(BEFORE.first) - 86_400_000)
        connection.execute(
            update(placements).where(placements.c.kiosk_id == after.id).values(from_ms=at(AFTER.end + timedelta(days=1)))
        )
    judge_all(trials.engine, DUE)
    assert one(trials, number).result.unheard == 0


def test_the_same_presses_give_the_same_result(trials):
    trials.before()
    claim = one(trials, trials.register())
    changes = tuple(
        StoreChange(store, store in claim.treated, (), 70.0, 70.0 + change, float(change), "")
        for store, change in zip(claim.stores, (4, 7, 5, 1, 0, 2, -1, 0), strict=True)
    )
    found = result_of(claim, changes)
    assert found == result_of(claim, changes)
    assert found.effect == difference_in_differences([4, 7, 5], [1, 0, 2, -1, 0]).effect
    assert found.p == permutation_p([4, 7, 5], [1, 0, 2, -1, 0], 1).p


@pytest.mark.parametrize(("treated", "control"), [(3, 6), (12, 12)])
def test_without_an_effect_claims_are_called_shown_as_rarely_as_the_rule_says(trials, treated, control):
    """Two-sided at 5 in 100, so in the claimed direction at 2.5: of 300 at most 15 (binomial, once in 100 times)."""
    trials.before()
    claim = one(trials, trials.register())
    chance, shown, rounds = Random(7), 0, 300 if treated < 10 else 20
    for _ in range(rounds):
        changes = tuple(
            StoreChange(at, at < treated, (), 70.0, 70.0, chance.gauss(1, 2), "") for at in range(treated + control)
        )
        shown += result_of(claim, changes).outcome == SHOWED
    assert shown <= (15 if rounds == 300 else 3)


def test_a_true_effect_among_noisy_stores_is_mostly_found(trials):
    trials.before()
    claim = one(trials, trials.register())
    chance = Random(8)
    shown = 0
    for _ in range(40):
        changes = tuple(StoreChange(at, at < 4, (), 70.0, 70.0, chance.gauss(6 if at < 4 else 0, 2), "") for at in range(11))
        shown += result_of(claim, changes).outcome == SHOWED
    assert shown >= 32
