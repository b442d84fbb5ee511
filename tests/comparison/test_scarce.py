"""Too few presses are said plainly, and how many would do."""

from __future__ import annotations

from datetime import date

import pytest

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import Index, Tally, index_of
from server.comparison.periods import parse_period
from server.comparison.scarce import SERVICE, fact, period_words, span, too_few
from server.i18n.translator import translator

TODAY = date(2026, 11, 21)
WEEK = parse_period("7d", TODAY)


def index(positive: int, total: int) -> Index:
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def test_chosen_days_are_named_by_their_first_and_last():
    period = period_words(parse_period("2026-11-01..2026-11-15", TODAY), TODAY)
    assert translator("en").tell(period) == "from 1 November to 14 November"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025-01-01..2025-01-07", "from 1 January to 6 January 2025"),
        ("2025-12-30..2026-01-03", "from 30 December 2025 to 2 January"),
        ("2026-11-18..2026-11-19", "on 18 November"),
        ("2025-11-18..2025-11-19", "on 18 November 2025"),
    ],
)
def test_chosen_days_of_another_year_say_which(text, words):
    assert translator("en").tell(period_words(parse_period(text, TODAY), TODAY)) == words


def test_which_year_it_is_the_readers_calendar_says():
    # 1 February 2026 is in 2026 as 21 November is, but in the Persian year before.
    period = period_words(parse_period("2026-02-01..2026-02-02", TODAY), TODAY)
    assert translator("fa").tell(period) == "در ۱۲ بهمن ۱۴۰۴"


def test_named_periods_have_their_own_words():
    assert translator("en").tell(period_words(WEEK, TODAY)) == "in the last 7 days"


def test_how_many_more_lead_to_fifty_and_never_below_one():
    needed = [too_few(index(total // 2, total), index(300, 400), WEEK, TODAY)[2].n for total in (10, 14, 29)]
    assert needed == [40, 36, 21]


def test_each_index_is_told_apart_where_they_are_withheld_for_different_reasons():
    found = [sentence.name for sentence in too_few(index(3, 4), index(9, 20), WEEK, TODAY)]
    assert found == ["presses.count-only", "presses.not-enough", "presses.range", "presses.more-needed"]


def test_where_both_have_a_range_alone_it_is_said_once_for_both():
    found = too_few(index(11, 14), index(9, 20), WEEK, TODAY)
    assert [sentence.name for sentence in found] == ["presses.not-enough", "fact.ranges", "presses.more-needed"]
    assert [found[0].n, found[2].n] == [34, 36 + 30]
    assert translator("en").tell(found[1]) == "Service lies between 52 and 93 of 100, experience between 25 and 66."


def test_presses_close_together_are_told_apart_from_few():
    size = 4
    bunched = index_of(Tally(48, 64, ClusterSums(16, 12 * size**2, 12 * size**2, 16 * size**2)))
    assert bunched.withheld == "clustered"
    names = [sentence.name for sentence in too_few(index(11, 14), bunched, WEEK, TODAY)]
    assert names == ["presses.not-enough", "presses.clustered", "fact.ranges", "presses.more-needed"]
    names = [sentence.name for sentence in too_few(bunched, bunched, WEEK, TODAY)]
    assert names == ["presses.clustered", "fact.ranges", "presses.more-needed"]


def test_an_index_and_its_range_are_sentences():
    t = translator("en")
    assert t.tell(fact("fact.helped", index(333, 388))) == "86 of 100 were helped."
    assert t.tell(span(SERVICE, index(11, 14))) == "Service: between 52 and 93 of 100."
