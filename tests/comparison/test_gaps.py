"""A gap is told in the numbers that readers see, and beside one that runs the other way in a sentence of its own."""

from __future__ import annotations

from datetime import date

import pytest

from server.access.scope import StoreRef
from server.analysis.clustering import ClusterSums
from server.comparison.beside import NOT_BESIDE, Beside
from server.comparison.chain import Figures, Others
from server.comparison.gaps import against_chain, gap_between, named_gap, spoken
from server.comparison.indexes import NO_GAP, NO_INDEX, Gap, Index, Tally, gap_of, index_of, relative_gap
from server.comparison.live import Today
from server.comparison.periods import parse_period
from server.comparison.standing import Standing
from server.comparison.summary import StoreSummary
from server.i18n.translator import translator
from server.survey.definition import Definition

TODAY = date(2026, 11, 21)
STORE = StoreRef(1, "S001", "Leeds", "North", "Europe/London", ("en",), "GB")


def index(positive: int, total: int) -> Index:
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def summary(service, experience, others):
    own = [index(*service), index(*experience)]
    rest = [NO_INDEX, NO_INDEX] if others is None else [index(*one) for one in others]
    gap, theirs = gap_of(*own, []), gap_of(*rest, [])
    week = parse_period("7d", TODAY)
    away = relative_gap(gap, theirs)
    beside = Beside(gap.points, theirs.points, away, away, sure=away.clear)
    standing = Standing("alike", NOT_BESIDE, NOT_BESIDE, beside, standardised=False, thin=(), compared=12)
    figures = Figures(STORE, week, *own, gap, None, 1, 1, 0, 0, 1, standing)
    today = Today(0, 0, 0, 0, 0, 0, 0, 0, (), 0)
    beside = Others(11, *rest, theirs)
    return StoreSummary(figures, beside, None, None, today, TODAY, Definition(1, (), ()), made_up=False)


def said(sentences) -> str:
    return " ".join(translator("en").tell(sentence) for sentence in sentences)


def test_others_whose_gap_runs_the_other_way_are_not_added_to_ones_own():
    found = summary((670, 1000), (900, 1000), ((8700, 10000), (8000, 10000)))
    assert said(named_gap(found)) == (
        "Fewer were helped: 67 of 100, 23 points less than experience (between 19 and 27). "
        "In our other stores it is the other way round: experience lies 7 points below service."
    )
    found = summary((900, 1000), (670, 1000), ((8000, 10000), (8700, 10000)))
    assert said(against_chain(found)).endswith("other way round: experience lies 7 points above service.")


def test_others_without_a_sure_gap_are_said_to_have_none():
    found = summary((900, 1000), (670, 1000), ((800, 1000), (801, 1000)))
    assert said(against_chain(found)) == "In our other stores we see no sure difference between the two."


def test_nothing_is_said_of_others_that_are_not_known():
    assert against_chain(summary((900, 1000), (670, 1000), None)) == []


def test_a_gap_like_the_others_is_said_to_be_like_theirs():
    found = summary((168, 200), (110, 200), ((8400, 10000), (5600, 10000)))
    assert [sentence.name for sentence in against_chain(found)] == ["gap.like-chain"]


@pytest.mark.parametrize("welcomed", range(400, 700, 7))
def test_how_much_wider_is_the_difference_of_the_gaps_shown(welcomed):
    found = summary((8643, 10000), (welcomed * 10, 10000), ((84449, 100000), (76551, 100000)))
    (sentence,) = against_chain(found)
    own = 86 - int(welcomed / 10 + 0.5)
    assert (sentence.name, sentence.n) == ("gap.wider-than-chain", own - (84 - 77))
    assert sentence.values["low"] <= sentence.n <= sentence.values["high"]


def test_a_narrower_gap_is_said():
    found = summary((880, 1000), (620, 1000), ((9000, 10000), (4000, 10000)))
    (sentence,) = against_chain(found)
    assert (sentence.name, sentence.n) == ("gap.narrower-than-chain", 50 - 26)


def test_a_gap_that_is_sure_never_reads_as_if_it_might_be_none():
    assert spoken(Gap(-4.4, -8.6, -0.2, "mixed", 9), 4) == (1, 9)


def test_a_gap_alone_is_that_of_the_numbers_shown():
    # 86.4 and 61.6 differ by 24.8 and read 86 and 62.
    service, experience = index(8640, 10000), index(6160, 10000)
    sentence = gap_between(gap_of(service, experience, []), service, experience)
    assert (sentence.name, sentence.n) == ("gap.below-service", 24)
    assert gap_between(NO_GAP, NO_INDEX, NO_INDEX).name == "gap.not-known"
    assert gap_between(gap_of(service, service, []), service, service).name == "gap.either-way"
