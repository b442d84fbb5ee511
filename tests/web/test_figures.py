"""A figure is one thing in words and the same thing in numbers."""

from __future__ import annotations

import pytest

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import NO_GAP, Gap, Index, Tally, gap_of, index_of
from server.i18n.translator import translator
from server.web.figures import (
    counted_words,
    gap_data,
    gap_sentence,
    gap_words,
    index_data,
    plain,
    shown_index,
    touchpoint_words,
)

EN = translator("en")


def index(positive: int, total: int) -> Index:
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def test_a_number_stands_with_its_range_and_its_presses():
    shown = shown_index(index(333, 388), EN)
    assert (shown.value, shown.span, shown.presses, shown.few) == ("86", "between 82 and 89", "388 presses", "")


@pytest.mark.parametrize(
    ("counts", "span", "few"), [((0, 0), "", "no presses"), ((4, 6), "", "too few"), ((11, 14), "between 52 and 93", "")]
)
def test_a_withheld_number_says_what_there_is(counts, span, few):
    shown = shown_index(index(*counts), EN)
    assert (shown.value, shown.span, shown.few) == ("", span, few)


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (85.8247, "85.8"), (-25.04, "-25.0"), (-0.04, "0.0"), (0.0, "0.0"), (100.0, "100.0")]
)
def test_programs_get_plain_numbers(value, text):
    assert plain(value) == text


def test_attributes_are_all_there_also_when_empty():
    assert index_data("service-index", index(4, 6)) == (
        ' data-figure="service-index" data-value="" data-low="" data-high="" data-count="6"'
    )
    assert 'data-count="10"' in gap_data(NO_GAP, index(2, 4), index(3, 6))


def test_the_gap_over_the_bracket_is_that_of_the_numbers_beside_it():
    service, experience = index(836, 1000), index(675, 1000)
    assert gap_words(gap_of(service, experience, []), service, experience, EN) == "16 points less"
    assert gap_words(gap_of(experience, service, []), experience, service, EN) == "16 points more"
    assert gap_words(gap_of(service, service, []), service, service, EN) == "no difference"
    assert gap_words(NO_GAP, service, experience, EN) == ""


@pytest.mark.parametrize(
    ("gap", "welcomed", "words"),
    [
        (Gap(-25.0, -30.8, -18.9, "mixed", 9), 610, "Experience lies 25 points below service (between 18 and 31)."),
        (Gap(1.2, 0.3, 2.1, "mixed", 9), 872, "Experience lies 1 point above service (between 1 and 3)."),
        (Gap(-1.0, -4.2, 2.1, "mixed", 9), 850, "Experience may lie up to 5 below service or up to 3 above it."),
        (NO_GAP, 850, "With so few presses we cannot say how wide the gap is."),
    ],
)
def test_the_gap_is_a_sentence_without_a_minus_sign(gap, welcomed, words):
    assert gap_sentence(gap, index(860, 1000), index(welcomed, 1000), EN) == words


def test_counts_stand_in_their_sentence_as_figures():
    words = counted_words(1234, 1300, translator("fa"))
    assert 'data-figure="counted" data-value="1234"' in words
    assert 'data-figure="reactions" data-value="1300"' in words
    assert ">۱٬۲۳۴</span>" in words


@pytest.mark.parametrize(
    ("name", "words"), [("exit", "خروجی"), ("Fitting Room", "اتاق پرو"), ("fitting-room", "اتاق پرو"), ("Nordtor", "Nordtor")]
)
def test_usual_places_are_said_in_the_readers_language(name, words):
    assert touchpoint_words(name, translator("fa")) == words
