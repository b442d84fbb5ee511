"""Charts place shares from where reading starts, and draw nothing that is not known."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import Index, Tally, index_of, without_range
from server.i18n.translator import translator
from server.web.charts import Row, Scale, dot_row, side_by_side, small_pair, small_scale


def index(positive: int, total: int) -> Index:
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(markup)


def classes(element: ET.Element) -> list[str]:
    return [found.get("class", "") for found in element.iter() if found.get("class")]


def test_shares_stand_mirrored_where_reading_starts_on_the_right():
    assert (Scale("ltr").at(25), Scale("rtl").at(25)) == ("25.00%", "75.00%")


def test_bands_begin_at_their_left_end_both_ways():
    assert 'x="60.00%" width="25.00%"' in Scale("ltr").band("service", 60, 85, 0, 10)
    assert 'x="15.00%" width="25.00%"' in Scale("rtl").band("service", 60, 85, 0, 10)


def test_the_pair_has_a_mark_a_band_and_words_for_each_row():
    rows = [
        Row("This <store>", index(90, 100), index(60, 100), "30 points less", firm=True),
        Row("Others", index(850, 1000), index(700, 1000), "15 points less", firm=False),
    ]
    svg = parsed(side_by_side(rows, translator("en")))
    found = classes(svg)
    assert [found.count(name) for name in ("dot-service", "dot-experience", "ring-service", "ring-experience")] == [1, 1, 1, 1]
    assert (found.count("bracket"), found.count("band-service"), found.count("band-experience")) == (2, 2, 2)
    assert {"This <store>", "30 points less", "15 points less"} <= {text.text for text in svg.iter("text")}


def test_a_withheld_index_has_its_range_dashed_in_its_colour_and_no_mark():
    found = classes(parsed(small_pair(index(11, 14), index(2, 4), translator("en"))))
    assert "band-service few" in found
    assert not {"dot-service", "dot-experience", "bracket", "band-service", "band-experience"} & set(found)


def test_ranges_without_a_number_lie_in_two_lanes():
    bands = list(parsed(small_pair(index(11, 14), index(9, 14), translator("en"))).iter("rect"))
    service, experience = ((float(band.get("y", "")), float(band.get("height", ""))) for band in bands)
    assert service[0] + service[1] < experience[0]
    both = list(parsed(small_pair(index(80, 100), index(60, 100), translator("en"))).iter("rect"))
    assert both[0].get("y") == both[1].get("y")


def test_nothing_is_drawn_where_nothing_is_known_or_the_period_runs():
    few, running = index(2, 4), without_range(index(80, 100))
    for service, experience in ((few, few), (running, running)):
        row = Row("This store", service, experience, "", firm=True)
        assert side_by_side([row], translator("en")) == ""
        assert small_pair(service, experience, translator("en")) == ""
        assert dot_row(service, few, "service", translator("en")) == ""


def test_a_question_shows_the_other_stores_as_a_tick():
    both = classes(parsed(dot_row(index(60, 100), index(700, 1000), "experience", translator("en"))))
    alone = classes(parsed(dot_row(index(60, 100), index(2, 4), "experience", translator("en"))))
    assert ("reference" in both, "reference" in alone, "dot-experience" in alone) == (True, False, True)


@pytest.mark.parametrize(
    ("language", "first"),
    [("en", 'x="0.00%" y="14" text-anchor="middle">0<'), ("fa", 'x="100.00%" y="14" text-anchor="middle">۰<')],
)
def test_the_scale_is_numbered_in_the_readers_digits(language, first):
    assert first in small_scale(translator(language))
