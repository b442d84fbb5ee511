"""The line of days breaks where nothing is known, and runs the way one reads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import Tally, index_of, without_range
from server.comparison.line import Day, Level, Line
from server.comparison.marks import Mark
from server.i18n.translator import translator
from server.web.day_chart import day_lines, share_known

FIRST = date(2026, 11, 7)


def days(*counts: tuple[int, int]) -> list[Day]:
    """Days whose both indexes have these (positive, total)."""
    found = []
    for number, (positive, total) in enumerate(counts):
        index = index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))
        found.append(Day(FIRST + timedelta(days=number), index, index, 2 * total, running=False))
    return found


def line_of(found: list[Day], **more: tuple) -> Line:
    return Line(tuple(found), *(more.get(name, ()) for name in ("marks", "breaks", "levels", "steps")))


def drawn(found: list[Day], language: str = "en", **more: tuple) -> ET.Element:
    return ET.fromstring(day_lines(line_of(found, **more), translator(language), "Title <>"))


def paths(svg: ET.Element, name: str) -> list[str]:
    return [path.get("d", "") for path in svg.iter("path") if path.get("class") == name]


def test_a_line_runs_through_days_with_a_number_and_breaks_elsewhere():
    svg = drawn(days((50, 60), (40, 60), (0, 0), (30, 60), (45, 60)))
    assert len(paths(svg, "line-service")) == 2
    assert len(paths(svg, "band-experience")) == 2


def test_a_lone_day_is_a_short_line():
    (line,) = paths(drawn(days((0, 0), (50, 60), (0, 0))), "line-service")
    begin, end = re.findall(r"[\d.]+ [\d.]+", line)
    assert begin.split()[1] == end.split()[1]
    assert float(begin.split()[0]) < float(end.split()[0])


def test_a_day_with_few_presses_is_an_upright_line_and_no_more():
    svg = drawn(days((50, 60), (11, 14), (2, 4)))
    upright = [line for line in svg.iter("line") if (line.get("class") or "").startswith("few-")]
    assert sorted(line.get("class") for line in upright) == ["few-experience", "few-service"]
    assert all(line.get("x1") == line.get("x2") for line in upright)


def test_time_runs_from_right_to_left_where_reading_does():
    counts = [(10 * n, 100) for n in range(1, 10)]
    (ltr,), (rtl,) = paths(drawn(days(*counts)), "line-service"), paths(drawn(days(*counts), "fa"), "line-service")
    assert float(ltr[1:].split()[0]) < 10
    assert float(rtl[1:].split()[0]) > 80


def test_more_of_a_hundred_is_higher_up():
    (line,) = paths(drawn(days((90, 100), (10, 100))), "line-service")
    high, low = (float(point.split()[1]) for point in line[1:].split("L"))
    assert high < low


def test_every_second_week_is_named_in_the_readers_calendar():
    texts = [text.text for text in drawn(days(*[(50, 60)] * 56), "fa").iter("text")]
    assert texts[-4:] == ["۱۶ آبان", "۳۰ آبان", "۱۴ آذر", "۲۸ آذر"]


def test_months_with_long_names_are_named_half_as_often():
    texts = [text.text for text in drawn(days(*[(50, 60)] * 56), "ar").iter("text")]
    assert texts[-2:] == ["7 نوفمبر", "5 ديسمبر"]


def test_presses_stand_as_bars_below_with_the_most_as_their_scale():
    svg = drawn(days((50, 60), (0, 0), (25, 30)))
    (bars,) = paths(svg, "bars")
    assert [float(tall) for tall in re.findall(r"v-([\d.]+)", bars)] == [32, 16]
    assert [text.text for text in svg.iter("text")][3:5] == ["Presses a day", "120"]


def test_a_change_is_an_upright_line_with_its_number_and_those_close_together_stand_in_two_rows():
    marks = tuple(Mark(FIRST + timedelta(days=day), "noted", "New till") for day in (2, 20, 21, 21))
    svg = drawn(days(*[(50, 60)] * 56), marks=marks)
    events = [line for line in svg.iter("line") if line.get("class") == "event"]
    assert [event.get("x1") for event in events] == ["3.57%", "35.71%", "37.50%"]
    numbers = [text for text in svg.iter("text") if text.text in {"1", "2", "3"}]
    assert [number.get("y") for number in numbers] == ["10", "10", "24"]


def test_another_series_is_not_joined_to_the_one_before():
    found = days(*[(50, 60)] * 8)
    svg = drawn(found, breaks=(("service", FIRST + timedelta(days=4)),))
    assert (len(paths(svg, "line-service")), len(paths(svg, "line-experience"))) == (2, 1)
    first, second = paths(svg, "line-service")
    assert (first.count("L"), second.count("L")) == (3, 3)


def test_levels_lie_between_changes_and_carry_their_numbers():
    found = days(*[(50, 60)] * 8)
    index, lower = found[0].service, days((30, 60))[0].service
    middle, end = FIRST + timedelta(days=4), FIRST + timedelta(days=8)
    levels = (
        Level("service", FIRST, middle, index),
        Level("service", middle, end, index),
        Level("experience", FIRST, middle, index),
        Level("experience", middle, end, lower),
    )
    for language, left in (("en", ["0", "40"]), ("fa", ["40", "0"])):
        svg = drawn(found, language, levels=levels)
        service = [line for line in svg.iter("line") if line.get("class") == "line-service level"]
        assert [line.get("x1") for line in service] == left
        assert len(paths(svg, "line-service daily")) == 1
    texts = [text.text for text in drawn(found, levels=levels).iter("text")]
    assert {"Service 83", "Experience 83", "83", "50"} <= set(texts)


def test_the_day_that_is_not_over_ends_the_line_and_has_no_band():
    found = days((50, 60), (40, 60))
    today = Day(FIRST + timedelta(days=2), *(without_range(found[1].service),) * 2, 120, running=True)
    svg = drawn([*found, today])
    (line,), (band,) = paths(svg, "line-service"), paths(svg, "band-service")
    assert line.count("L") == 2
    assert max(float(point.split()[0]) for point in re.findall(r"[\d.]+ [\d.]+", band)) < 25


def test_where_no_share_is_known_only_the_presses_are_drawn():
    svg = drawn(days((2, 4), (3, 5)))
    assert svg.get("height") == "80"
    assert len(paths(svg, "bars")) == 1
    assert not [line for line in svg.iter("line") if line.get("class") == "grid"]
    assert share_known(days((2, 4), (11, 14)))
