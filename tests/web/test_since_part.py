"""Since when, in words: what moved comes first, changes carry the number they have in the figure."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import Tally, difference, index_of
from server.comparison.line import NO_LINE, Day, Line, Step
from server.comparison.marks import Mark
from server.i18n.translator import translator
from server.web.since_part import ShownSince, steps

TODAY = date(2026, 11, 21)
CHANGED = date(2026, 11, 2)
NOTE = Mark(CHANGED, "noted", "New <rota>", note=7, made_by="a@b.example")


def index(positive, total=1000):
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def step(signal, before, since):
    return Step(signal, NOTE, index(before), index(since), difference(index(since), index(before)))


def summary(line, running=False):
    place = SimpleNamespace(question="felt-welcome", texts={"en": {"question": "Did you feel welcome?"}})
    return SimpleNamespace(
        line=line, now_day=TODAY, figures=SimpleNamespace(period=SimpleNamespace(running=running)), places=(place,)
    )


def line(marks=(), *found):
    days = tuple(Day(TODAY - timedelta(days=back), index(800), index(700), 30, running=False) for back in range(56, 0, -1))
    return Line(days, tuple(marks), (), (), tuple(found))


def words(found, language="en"):
    return str(translator(language).paragraph(steps(summary(line((), *found)))))


def test_a_drop_and_a_rise_are_said_with_their_range_and_both_levels():
    assert words([step("experience", 710, 610)]) == (
        "Experience: lower since 2 November, 10 points less (between 5 and 15): 71 before, 61 since."
    )
    assert words([step("service", 610, 710)]).startswith("Service: higher since 2 November, 10 points more")


def test_what_has_not_moved_is_said_last_and_not_as_no_change():
    said = words([step("service", 860, 865), step("experience", 710, 610)])
    assert said.endswith("Service: no sure change since 2 November.")


@pytest.mark.parametrize("language", ["pl", "it", "fa", "ar", "tr"])
def test_every_language_says_it(language):
    assert words([step("service", 860, 865), step("experience", 710, 610), step("experience", 610, 710)], language)


def test_while_the_period_runs_nothing_is_compared():
    found = ShownSince(summary(line([NOTE], step("experience", 710, 610)), running=True), translator("en"), "")
    assert (found.say, found.cause) == ("", False)


def test_changes_of_one_day_stand_under_one_number_and_only_ones_own_can_be_taken_back():
    others = (
        Mark(CHANGED, "wording", "felt-welcome", "exit", ("experience",)),
        Mark(CHANGED + timedelta(days=3), "came", "K-002", "fitting-room"),
        Mark(CHANGED + timedelta(days=4), "definition", "3"),
        Mark(CHANGED + timedelta(days=5), "noted-chain", "New faces", note=8, made_by="office@b.example"),
    )
    found = ShownSince(summary(line([NOTE, *others])), translator("en"), "a@b.example")
    assert [(event.number, event.day, len(event.marks)) for event in found.events] == [
        ("1", "Mon 2 Nov", 2),
        ("2", "Thu 5 Nov", 1),
        ("3", "Fri 6 Nov", 1),
        ("4", "Sat 7 Nov", 1),
    ]
    said = [mark.words for event in found.events for mark in event.marks]
    assert said == [
        "<bdi>New &lt;rota&gt;</bdi>",
        "<bdi>Exit</bdi>, new words for this question: Did you feel welcome?",
        "Kiosk <bdi>K-002</bdi> was put here: <bdi>Fitting room</bdi>",
        "Service and experience: version 3 of the definition",
        "<bdi>New faces</bdi> (all stores)",
    ]
    assert [mark.note for event in found.events for mark in event.marks] == [7, None, None, None, None]


def test_a_store_without_any_day_has_nothing_to_show():
    found = ShownSince(summary(NO_LINE), translator("en"), "")
    assert (found.pressed, found.rows, found.events) == (False, [], [])
