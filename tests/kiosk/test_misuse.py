"""Hammering, children and crowds: nothing is dropped, and nobody counts twice."""

from kiosk.misuse import Judge
from wire.messages import Rules

RULES = Rules()


def judge_all(presses, rules=RULES):
    """Judge (t, button) presses; the question is the button's first word. Seqs count from 1."""
    judge = Judge()
    return [judge.judge(at, button, button.split("-")[0], seq, rules) for seq, (at, button) in enumerate(presses, 1)]


def marks(presses, rules=RULES):
    return [verdict.mark for verdict in judge_all(presses, rules)]


def test_the_same_question_within_the_cooldown_is_a_repeat_whichever_face():
    assert marks([(0, "welcome-happy"), (1_999, "welcome-happy"), (3_000, "welcome-unhappy")]) == ["vote", "repeat", "repeat"]


def test_someone_who_hammers_for_ten_seconds_is_one_person():
    assert marks([(at, "welcome-happy") for at in range(0, 10_000, 300)]).count("vote") == 1


def test_after_the_cooldown_it_is_another_person():
    assert marks([(0, "welcome-happy"), (2_000, "welcome-happy")]) == ["vote", "vote"]


def test_both_faces_of_one_question_at_once_are_a_mash():
    assert marks([(0, "welcome-happy"), (100, "welcome-unhappy")]) == ["vote", "mash"]


def test_two_rows_at_once_are_two_answers_and_no_mash():
    assert marks([(0, "welcome-happy"), (100, "served-unhappy")]) == ["vote", "vote"]


def test_more_votes_a_minute_than_people_can_pass_are_marked():
    rules = Rules(cooldown_ms=0, rate_per_minute=3)
    found = marks([(at * 1_000, "welcome-happy") for at in (0, 1, 2, 3, 59, 60, 61)], rules)
    assert found == ["vote", "vote", "vote", "rate", "rate", "vote", "vote"]


def test_other_rules_of_what_is_usual_are_learned_by_from_the_next_press_on():
    quiet = every(180_000, 120, ["welcome-happy", "served-happy"])
    child = every(5_000, 2, ["served-unhappy"], start_ms=quiet[-1][0] + 60_000)
    for rules in (Rules(usual_percent=5_000), Rules(rush_presses=99, rush_kiosk_presses=99), Rules(hammer_presses=0)):
        found = marks(quiet + child, rules)
        assert ("rate" in found) == (rules.hammer_presses == 0)
    judge = Judge()
    busy = Rules(usual_question_per_minute=60, usual_kiosk_per_minute=90)
    for seq, (at, button) in enumerate(quiet, 1):
        judge.judge(at, button, button.split("-")[0], seq, RULES)
    # With other rules it takes itself for what they say until it has learned better.
    found = [judge.judge(at, button, "served", 1, busy).mark for at, button in child]
    assert set(found) == {"vote"}


def test_different_questions_within_the_window_are_one_visit_named_by_its_first_press():
    found = judge_all([(0, "welcome-happy"), (19_999, "served-happy"), (20_100, "welcome-happy"), (25_000, "served-happy")])
    assert [verdict.visit for verdict in found] == [None, 1, None, 3]


def test_outside_the_window_nobody_knows_that_it_was_the_same_person():
    assert [verdict.visit for verdict in judge_all([(0, "welcome-happy"), (20_000, "served-happy")])] == [None, None]


def test_a_repeat_joins_no_visit_and_ends_none():
    found = judge_all([(0, "welcome-happy"), (500, "welcome-happy"), (3_000, "served-happy")])
    assert [verdict.visit for verdict in found] == [None, None, 1]


def every(step_ms, minutes, buttons, start_ms=0):
    return [(start_ms + at, buttons[place % len(buttons)]) for place, at in enumerate(range(0, minutes * 60_000, step_ms))]


def test_visitors_who_come_six_a_minute_all_day_count():
    assert set(marks(every(10_000, 600, ["welcome-happy", "welcome-unhappy"]))) == {"vote"}
    assert set(marks(every(6_500, 600, ["welcome-happy", "served-happy"]))) == {"vote"}


def test_on_a_quiet_kiosk_a_child_is_noticed_at_the_tenth_press_of_one_row():
    quiet = every(180_000, 120, ["welcome-happy", "served-happy"])
    child = every(5_000, 2, ["served-unhappy"], start_ms=quiet[-1][0] + 60_000)
    assert marks(quiet + child) == ["vote"] * len(quiet + child[:9]) + ["rate"] * len(child[9:])


def test_a_child_who_presses_everywhere_is_noticed_though_no_row_alone_tells():
    quiet = every(180_000, 120, ["welcome-happy", "served-happy"])
    child = every(5_500, 2, ["served-unhappy", "welcome-unhappy"], start_ms=quiet[-1][0] + 60_000)
    found = marks(quiet + child)
    assert "rate" in found[len(quiet) :]
    assert set(found[: len(quiet)]) == {"vote"}


def test_the_next_visitor_after_a_child_counts_as_soon_as_it_is_calm():
    child = every(5_000, 3, ["welcome-unhappy"])
    later = [(child[-1][0] + 40_000, "welcome-happy")]
    assert marks(child + later)[-2:] == ["rate", "vote"]


def test_hammering_makes_no_rush_for_the_visitors_after_it():
    hammering = [(at, "welcome-happy") for at in range(0, 20_000, 250)]
    assert marks([*hammering, (25_000, "welcome-happy"), (30_000, "served-happy")])[-2:] == ["vote", "vote"]


def test_all_is_told_from_the_pace_and_nothing_from_the_face():
    child = every(4_000, 3, ["welcome-unhappy"])
    assert marks(child) == marks([(at, "welcome-happy") for at, _ in child])
