"""Skills are two families on one scale; what nobody is asked about is not zero."""

from __future__ import annotations

from datetime import date, timedelta

from server.comparison.skills import skills
from server.database.figures import Asked, DayCount

END = date(2026, 11, 21)
FIRST = END - timedelta(days=28)
ASKED = {
    1: Asked("felt-welcome", 1, "experience", {}, "CX", ("welcome", "empathy")),
    2: Asked("got-needed", 1, "service", {}, "CX", ("problem-solving",)),
    3: Asked("checkout-wait", 1, "service", {}, "CX", ("juggling", "consistency")),
    4: Asked("desk-listened", 1, "experience", {}, "CX", ("listening", "empathy")),
}


def day(back, question, positive, negative):
    total = positive + negative
    return DayCount(
        "exit",
        (END - timedelta(days=back)).toordinal(),
        question,
        2,
        positive,
        0,
        negative,
        0,
        0,
        total,
        positive,
        positive,
        total,
    )


def found(counts, here=()):
    return skills(counts, ASKED, here, (FIRST, END), 10)


def test_each_press_counts_once_in_its_family_and_in_each_of_its_facets():
    balance = found([day(1, 1, 60, 40), day(2, 4, 50, 10), day(1, 2, 90, 10)])
    caring = {skill.facet: skill.index for skill in balance.caring.facets}
    assert (balance.caring.together.positive, balance.caring.together.total) == (110, 160)
    assert (caring["empathy"].total, caring["listening"].total) == (160, 60)
    assert balance.resolving.together.value == 90
    assert (balance.balance.points, balance.balance.clear) == (90 - 68.75, True)
    assert balance.shared == 0


def test_a_question_about_both_is_in_both_and_said_to_be():
    balance = found([day(1, 3, 40, 10)])
    assert balance.caring.together == balance.resolving.together
    assert balance.shared == 50
    assert not balance.balance.clear


def test_what_nobody_is_asked_about_is_told_from_what_nobody_answered():
    asked = {skill.facet: skill.asked for skill in found([day(1, 1, 3, 1)], here={"got-needed"}).resolving.facets}
    assert asked["problem-solving"]
    assert not asked["risk"]
    assert {skill.facet: skill.asked for skill in found([day(1, 1, 3, 1)]).caring.facets}["empathy"]


def test_days_outside_are_not_counted():
    assert found([day(0, 1, 5, 5), day(29, 1, 5, 5), day(28, 1, 2, 1)]).caring.together.total == 3
