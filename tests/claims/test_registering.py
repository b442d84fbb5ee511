"""A claim is registered before its data or not at all, with one clear sentence for each reason why not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from trials import AFTER, BEFORE, NOON_MS, START, WHO, Trials, at

from server.claims.claim import Window, course_of, read_claims, todays
from server.claims.judging import judge_all
from server.claims.registering import Look, give_up, look, register, windows_of
from server.database.changes import note_change
from server.database.engine import reading, writing
from server.survey.refusals import Refused

WEEK = timedelta(days=7)


@pytest.fixture
def trials(engine) -> Trials:
    trials = Trials(engine)
    trials.before()
    return trials


def looked(trials: Trials, now_ms: int = NOON_MS, **change) -> Look:
    with reading(trials.engine) as connection:
        return look(connection, trials.wish(**change), now_ms)


def why(trials: Trials, now_ms: int = NOON_MS, **change) -> list[str]:
    """The names of the reasons; what is refused leaves no record."""
    with pytest.raises(Refused) as refused, writing(trials.engine) as connection:
        register(connection, trials.wish(**change), now_ms, WHO)
    found = [reason.name for reason in refused.value.why]
    assert found == [reason.name for reason in looked(trials, now_ms, **change).faults]
    with reading(trials.engine) as connection:
        assert read_claims(connection) == []
    return found


def test_what_was_registered_is_read_back_whole(trials):
    number = trials.register()
    with reading(trials.engine) as connection:
        (claim,) = read_claims(connection)
    wish = trials.wish()
    assert claim.id == number
    assert (claim.title, claim.what, claim.measure, claim.direction, claim.matters) == (
        wish.title,
        wish.what,
        "experience",
        "up",
        3,
    )
    assert (claim.start, claim.before, claim.after, claim.faces) == (START, BEFORE, AFTER, 2)
    assert (claim.definition_version, claim.filter_version, claim.service) == (1, 1, ())
    assert "felt-welcome" in claim.experience
    assert (len(claim.treated), len(claim.control), claim.made_by, claim.made_ms) == (3, 5, WHO, NOON_MS)
    assert claim.stands


def test_windows_are_whole_weeks_and_leave_out_the_first_week():
    before, after = windows_of(START, 4)
    assert before == Window(date(2026, 10, 26), START)
    assert after == Window(date(2026, 11, 30), date(2026, 12, 28))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": ""}, "claims.title-missing"),
        ({"title": "x" * 81}, "claims.title-missing"),
        ({"what": ""}, "claims.what-missing"),
        ({"plan": "x" * 1001}, "claims.what-missing"),
        ({"matters": 0}, "claims.matters-wrong"),
        ({"measure": "question", "question": "nothing"}, "claims.no-question"),
        ({"measure": "question", "question": "staff-mattered"}, "claims.no-question"),
        ({"treated": ()}, "claims.no-treated"),
        ({"treated": ("S01", "S02", "S99")}, "claims.no-store"),
        ({"control": ("S03", "S04", "S05", "S06", "S07")}, "claims.both-sides"),
        ({"control": ("S04", "S05", "S06"), "treated": ("S01", "S02", "S03")}, "claims.too-few-controls"),
        ({"after": Window(AFTER.first, AFTER.end - WEEK)}, "claims.too-short"),
        ({"before": Window(BEFORE.first + WEEK, BEFORE.end)}, "claims.too-short"),
        ({"after": Window(AFTER.first, AFTER.end + 23 * WEEK)}, "claims.too-long"),
        ({"after": Window(AFTER.first, AFTER.end + timedelta(days=1))}, "claims.weekdays"),
        ({"before": Window(BEFORE.first - timedelta(days=3), BEFORE.end)}, "claims.weekdays"),
        ({"after": Window(AFTER.first - WEEK, AFTER.end - WEEK)}, "claims.first-week"),
        ({"before": Window(BEFORE.first + WEEK, BEFORE.end + WEEK)}, "claims.first-week"),
    ],
)
def test_what_can_not_be_tested_is_refused_with_its_reason(trials, change, reason):
    assert why(trials, **change) == [reason]


def test_after_its_data_have_begun_nothing_is_registered(trials):
    assert why(trials, at(AFTER.first)) == ["claims.too-late"]
    assert trials.register(at(AFTER.first) - 86_400_000) > 0


def test_the_first_store_in_which_it_is_tomorrow_decides(engine):
    trials = Trials(engine, stores=7)
    trials.codes.append("S08")
    trials.control = (*trials.control, "S08")
    trials.kiosks["S08"] = trials.kiosk(trials.store("S08", "Kiritimati", zone="Pacific/Kiritimati"), "K-S08")
    trials.before()
    assert why(trials, at(AFTER.first) - 86_400_000) == ["claims.too-late"]


def test_one_store_is_answered_with_how_many_others_it_takes(engine):
    trials = Trials(engine, stores=20, treated=1)
    trials.before()
    (fault,) = looked(trials, control=trials.control[:18]).faults
    assert (fault.name, fault.n, fault.values["controls"]) == ("claims.one-store", 19, 18)
    assert looked(trials).faults == ()
    assert trials.register() > 0


def test_stores_that_can_not_be_compared_are_refused(trials):
    silent = trials.store("S09", "Silent", zone="UTC")
    trials.kiosk(silent, "K-S09")
    assert why(trials, control=(*trials.control, "S09")) == ["claims.no-presses"]
    trials.hear("S08", START - timedelta(days=8), 700, 300, faces=3)
    assert why(trials) == ["claims.store-faces"]


def test_a_control_store_with_a_change_of_its_own_is_refused_and_never_proposed(trials):
    with writing(trials.engine) as connection:
        note_change(connection, trials.kiosks["S05"].store_id, START.toordinal() - 3, "New till", 1, "a@b.example")
        note_change(connection, None, START.toordinal() - 3, "New uniforms", 1, "a@b.example")
        note_change(connection, trials.kiosks["S01"].store_id, START.toordinal(), "Training", 1, "a@b.example")
    assert why(trials) == ["claims.noted"]
    found = looked(trials, control=())
    assert (found.control, found.faults) == (("S04", "S06", "S07", "S08"), ())


def test_a_store_has_a_part_in_one_claim_at_a_time(trials):
    trials.register()
    later = {"start": START + WEEK, "before": windows_of(START + WEEK, 4)[0], "after": windows_of(START + WEEK, 4)[1]}
    again = looked(trials, **later, treated=("S01", "S04"), control=("S05", "S06", "S07", "S02", "S08"))
    # S01 and S02 have another change in these days; changing S04 would spoil the first claim, which compares with it.
    assert [(fault.name, fault.values["store"]) for fault in again.faults] == [
        ("claims.busy", "Store S01"),
        ("claims.busy", "Store S02"),
        ("claims.busy", "Store S04"),
    ]
    proposed = looked(trials, **later, treated=("S01",), control=())
    assert not {"S02", "S03"} & {*proposed.control}


def test_stores_with_too_few_presses_are_not_proposed(trials):
    for code in ("S09", "S10"):
        trials.kiosks[code] = trials.kiosk(trials.store(code, code, zone="UTC"), f"K-{code}")
    trials.hear("S09", START - timedelta(days=7), 60, 39)
    trials.hear("S10", START - timedelta(days=7), 60, 40)
    assert looked(trials, control=()).control == ("S04", "S05", "S06", "S07", "S08", "S10")


def test_a_look_tells_which_effect_could_be_found(trials):
    found = looked(trials)
    # p(1 - p) of 0.21 over 1,000 presses before and after, in three stores beside five.
    assert found.effect == pytest.approx(100 * 2.8016 * (0.00042 * (1 / 3 + 1 / 5)) ** 0.5, rel=1e-3)
    assert looked(trials, treated=("S01", "S02")).effect > found.effect
    assert looked(trials, treated=()).effect is None


def test_writing_anew_keeps_both_and_names_the_old_one(trials):
    first = trials.register()
    second = trials.register(title="Another title", replaces=first)
    with reading(trials.engine) as connection:
        after, before = read_claims(connection)
        today = todays(connection, NOON_MS)
    assert (before.id, before.replaced_by, before.stands, course_of(before, today).state) == (first, second, False, "replaced")
    assert (after.id, after.replaces, after.stands) == (second, first, True)
    assert before.title == trials.wish().title
    with pytest.raises(Refused, match="can not be written anew"):
        trials.register(replaces=first)


def test_a_claim_whose_days_have_begun_is_not_written_anew(trials):
    first = trials.register()
    start = START + 8 * WEEK
    before, after = windows_of(start, 4)
    # Its stores are heard of all along, else that would be the reason.
    trials.hear_all(AFTER.first + timedelta(days=1), [700] * 8)
    with pytest.raises(Refused, match="can not be written anew"):
        trials.register(at(AFTER.first + timedelta(days=8)), replaces=first, start=start, before=before, after=after)


def test_given_up_is_a_state_with_its_reason_and_happens_once(trials):
    number = trials.register()
    with writing(trials.engine) as connection:
        (claim,) = read_claims(connection, [number])
        with pytest.raises(Refused, match="Say in a few words"):
            give_up(connection, claim, "", NOON_MS, WHO)
        give_up(connection, claim, "The trainer fell ill.", NOON_MS, WHO)
        (claim,) = read_claims(connection, [number])
        assert (claim.ending.reason, claim.ending.made_by, claim.ending.made_ms) == ("The trainer fell ill.", WHO, NOON_MS)
        with pytest.raises(Refused, match="nothing more can be done"):
            give_up(connection, claim, "Again", NOON_MS, WHO)


def test_what_is_judged_is_not_given_up(trials):
    number = trials.register()
    trials.after([780, 770, 790, 705, 690, 700, 710, 695])
    judge_all(trials.engine, at(AFTER.end + WEEK))
    with writing(trials.engine) as connection:
        (claim,) = read_claims(connection, [number])
        with pytest.raises(Refused, match="nothing more can be done"):
            give_up(connection, claim, "We do not like it.", NOON_MS, WHO)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"measure": "service"}, "another figure"),
        ({"measure": "question", "question": "felt-welcome"}, "another figure"),
        ({"start": START + WEEK}, "too early"),
    ],
)
def test_a_repetition_is_of_the_same_figure_and_later(trials, change, reason):
    for code in trials.codes:
        trials.hear(code, START - timedelta(days=6), 800, 200, "got-needed")
    first = trials.register()
    start = change.pop("start", AFTER.end)
    before, after = windows_of(start, 4)
    trials.hear_all(AFTER.first, [700] * 8)
    found = looked(trials, start=start, before=before, after=after, repeats=first, **change).faults
    names = {"another figure": "claims.repeat-other-figure", "too early": "claims.repeat-too-early"}
    assert names[reason] in [fault.name for fault in found]


def test_a_claim_that_is_not_there_is_not_repeated(trials):
    assert why(trials, repeats=77) == ["claims.not-repeated"]
