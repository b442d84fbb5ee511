"""Too few presses are said plainly, and how many would do."""

from __future__ import annotations

from datetime import date

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
    period = period_words(parse_period("2026-11-01..2026-11-15", TODAY))
    assert translator("en").tell(period) == "from 1 November to 14 November"


def test_named_periods_have_their_own_words():
    assert translator("en").tell(period_words(WEEK)) == "in the last 7 days"


def test_how_many_more_lead_to_fifty_and_never_below_one():
    needed = [too_few(index(total // 2, total), index(300, 400), WEEK)[2].n for total in (10, 14, 29)]
    assert needed == [40, 36, 21]


def test_each_index_is_told_apart_where_they_are_withheld_for_different_reasons():
    found = [sentence.name for sentence in too_few(index(3, 4), index(9, 20), WEEK)]
    assert found == ["presses.count-only", "presses.not-enough", "fact.range", "presses.more-needed"]


def test_an_index_and_its_range_are_sentences():
    t = translator("en")
    assert t.tell(fact("fact.helped", index(333, 388))) == "86 of 100 were helped."
    assert t.tell(span(SERVICE, index(11, 14))) == "Service: between 52 and 93 of 100."
