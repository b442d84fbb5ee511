"""The line of days breaks where nothing is known, and runs the way one reads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import Tally, index_of, without_range
from server.comparison.summary import Day
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


def drawn(found: list[Day], language: str = "en") -> ET.Element:
    return ET.fromstring(day_lines(found, translator(language), "Title <>"))


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


def test_days_are_named_in_the_readers_calendar():
    texts = [text.text for text in drawn(days(*[(50, 60)] * 14), "fa").iter("text")]
    assert texts[-3:] == ["۱۶ آبان", "۲۲ آبان", "۲۹ آبان"]


def test_presses_stand_as_bars_below():
    bars = [rect for rect in drawn(days((50, 60), (0, 0), (25, 30))).iter("rect") if rect.get("class") == "bars"]
    assert [float(bar.get("height", "")) for bar in bars] == [32, 0, 16]


def test_the_day_that_is_not_over_ends_the_line_and_has_no_band():
    found = days((50, 60), (40, 60))
    today = Day(FIRST + timedelta(days=2), *(without_range(found[1].service),) * 2, 120, running=True)
    svg = drawn([*found, today])
    (line,), (band,) = paths(svg, "line-service"), paths(svg, "band-service")
    assert line.count("L") == 2
    assert max(float(point.split()[0]) for point in re.findall(r"[\d.]+ [\d.]+", band)) < 25


def test_where_no_share_is_known_only_the_presses_are_drawn():
    svg = drawn(days((2, 4), (3, 5)))
    assert svg.get("height") == "70"
    assert len([rect for rect in svg.iter("rect") if rect.get("class") == "bars"]) == 2
    assert not [line for line in svg.iter("line") if line.get("class") == "grid"]
    assert share_known(days((2, 4), (11, 14)))
