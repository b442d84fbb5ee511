"""The line has levels between noted changes, and breaks where another series begins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from server.comparison.line import line, shown_days
from server.comparison.marks import Mark
from server.database.figures import DayCount

TODAY = date(2026, 11, 21)
SIGNALS = {"service": {1}, "experience": {2}}
CHANGED = TODAY - timedelta(days=20)


def count(day, question, positive, negative, faces=2, touchpoint="exit"):
    total = positive + negative
    return DayCount(touchpoint, day.toordinal(), question, faces, positive, 0, negative, 0, 0, total, positive, positive, total)


def eight_weeks(before=70, since=50):
    days = shown_days(TODAY)
    found = [count(day, 1, 86, 14) for day in days]
    return found + [count(day, 2, share, 100 - share) for day in days for share in [before if day < CHANGED else since]]


def drawn(counts, marks=(), end=TODAY):
    return line(counts, shown_days(end), TODAY, SIGNALS, marks, 10)


def test_without_a_noted_change_there_are_no_levels():
    found = drawn(eight_weeks(), [Mark(CHANGED, "came", "K-002", "exit")])
    assert len(found.days) == 56
    assert (found.levels, found.steps) == ((), ())
    assert len(found.marks) == 1


def test_a_noted_change_has_a_level_on_either_side_and_a_step():
    found = drawn(eight_weeks(), [Mark(CHANGED, "noted", "New rota")])
    assert [(level.signal, level.first, level.end) for level in found.levels] == [
        ("service", TODAY - timedelta(days=56), CHANGED),
        ("service", CHANGED, TODAY),
        ("experience", TODAY - timedelta(days=56), CHANGED),
        ("experience", CHANGED, TODAY),
    ]
    service, experience = found.steps
    assert not service.moved.clear
    assert (experience.moved.points, experience.moved.clear) == (-20, True)
    assert (experience.before.value, experience.since.value) == (70, 50)


def test_the_running_day_is_drawn_and_in_no_level():
    counts = [*eight_weeks(), count(TODAY, 2, 0, 100)]
    found = drawn(counts, [Mark(CHANGED, "noted-chain", "New rota")], TODAY + timedelta(days=1))
    assert found.days[-1].running
    assert found.days[-1].experience.low is None
    assert found.levels[-1].index.value == 50
    assert found.levels[-1].end == TODAY


@pytest.mark.parametrize("back", [1, 6, 51])
def test_less_than_a_week_on_a_side_makes_no_step(back):
    assert not drawn(eight_weeks(), [Mark(TODAY - timedelta(days=back), "noted", "New till")]).steps


def test_the_last_change_with_a_week_is_the_one_that_is_told():
    marks = [Mark(TODAY - timedelta(days=back), "noted", f"Number {back}") for back in (40, 20, 3)]
    assert {step.mark.words for step in drawn(eight_weeks(), marks).steps} == {"Number 20"}
    assert {step.mark.words for step in drawn(eight_weeks(), marks[:1]).steps} == {"Number 40"}


def test_another_series_breaks_the_line_and_is_not_compared():
    marks = [Mark(CHANGED, "noted", "New faces"), Mark(CHANGED, "faces", "felt-welcome", "exit", ("experience",))]
    found = drawn(eight_weeks(), marks)
    assert found.breaks == (("experience", CHANGED),)
    assert [step.signal for step in found.steps] == ["service"]
