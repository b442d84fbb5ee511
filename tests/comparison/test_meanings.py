"""What stands beneath an opening: a range in its own numbers, and what strong, weak and neither mean."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from server.comparison.indexes import Index
from server.comparison.meanings import range_means, strong_means
from server.comparison.quadrant import Cuts, verdict_of
from server.i18n.sentence import Sentence
from server.i18n.translator import LANGUAGES, translator


def index(positive: int, total: int) -> Index:
    share = 100 * positive / total
    return Index(positive, total, total, share, share - 5, share + 5, "")


def means(cuts: Cuts, service=(364, 400), experience=(356, 400)) -> list[Sentence]:
    verdict = verdict_of(index(*service), index(*experience), cuts)
    return strong_means(SimpleNamespace(figures=SimpleNamespace(verdict=verdict)))


def names(found: list[Sentence]) -> list[str]:
    return [sentence.name for sentence in found]


def test_the_first_range_is_explained_in_its_own_numbers():
    said = [
        Sentence("sure.clear"),
        Sentence("verdict.fewer-welcome", 25, {"welcomed": 61, "hundred": 100, "low": 18, "high": 31}),
        Sentence("gap.wider-than-chain", 9, {"low": 1, "high": 16}),
    ]
    assert range_means(said) == [Sentence("range.means", values={"low": 18, "high": 31})]


def test_of_two_ranges_in_one_sentence_the_first_is_explained():
    values = {"served_low": 71, "served_high": 87, "welcomed_low": 66, "welcomed_high": 84, "hundred": 100}
    assert range_means([Sentence("fact.ranges", values=values)])[0].values == {"low": 71, "high": 87}


def test_where_no_range_was_said_none_is_explained():
    assert range_means([Sentence("verdict.both-strong"), Sentence("fact.helped", 91, {"hundred": 100})]) == []


def test_strong_is_explained_by_the_cut_it_was_measured_at():
    assert names(means(Cuts(80, 70, declared=True))) == ["strong-means.targets"]
    assert means(Cuts(80, 80, declared=True))[0].values == {"target": 80, "hundred": 100}
    assert names(means(Cuts(80.5, 70.1, declared=False))) == ["strong-means.middle"]


def test_of_a_split_it_is_said_which_number_is_weak():
    cuts = Cuts(80, 70, declared=True)
    assert names(means(cuts, experience=(200, 400))) == ["strong-means.targets", "strong-means.welcome-weak"]
    assert names(means(cuts, service=(200, 400))) == ["strong-means.targets", "strong-means.service-weak"]


def test_where_a_number_is_called_neither_strong_nor_weak_it_is_said_why():
    assert names(means(Cuts(80, 70, declared=True), experience=(280, 400))) == ["strong-means.targets", "strong-means.neither"]


def test_a_chain_without_a_cut_is_told_why_nothing_is_called_strong_or_weak():
    assert names(means(Cuts(None, None, declared=False))) == ["strong-means.none"]


def test_without_a_verdict_no_word_of_it_is_explained():
    assert strong_means(SimpleNamespace(figures=SimpleNamespace(verdict=None))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_range_is_quoted_with_both_its_ends_in_every_language(language):
    t = translator(language)
    said = t.tell(range_means([Sentence("x", values={"low": 18, "high": 31})])[0])
    assert t.formats.digits("18") in said
    assert t.formats.digits("31") in said
