"""Each row of the table of sentences: what the figures say decides which sentences stand there, with which numbers."""

from __future__ import annotations

from datetime import date

import pytest

from server.access.scope import StoreRef
from server.analysis.clustering import ClusterSums
from server.comparison import verdict
from server.comparison.beside import Beside
from server.comparison.chain import Figures, Others
from server.comparison.indexes import NO_INDEX, Index, Tally, difference, gap_of, index_of, relative_gap
from server.comparison.live import Today
from server.comparison.periods import parse_period
from server.comparison.quadrant import Cuts, verdict_of
from server.comparison.standing import Standing
from server.comparison.summary import StoreSummary
from server.i18n.translator import translator
from server.survey.definition import Definition

TODAY = date(2026, 11, 21)
STORE = StoreRef(1, "S001", "Leeds", "North", "Europe/London", ("en",), "GB")
TARGETS = Cuts(80, 70, declared=True)
NOBODY = (0, 0)


def index(positive: int, total: int, clusters: int | None = None) -> Index:
    if clusters is None:
        return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))
    size, full = total // clusters, positive * clusters // total
    return index_of(Tally(positive, total, ClusterSums(clusters, full * size**2, full * size**2, clusters * size**2)))


def standing_of(own, others: Others) -> Standing:
    """How these figures stand to the others, as they came and judged alone."""
    away = [difference(own[0], others.service), difference(own[1], others.experience), relative_gap(own[2], others.gap)]
    values = [(own[0].value, others.service.value), (own[1].value, others.experience.value), (own[2].points, others.gap.points)]
    besides = [Beside(*pair, one, one, sure=one.clear) for pair, one in zip(values, away, strict=True)]
    return Standing("alike", *besides, standardised=False, thin=(), compared=12)


def figures(service: Index, experience: Index, others: Others, period: str, cuts: Cuts, extra: int = 0) -> Figures:
    of = parse_period(period, TODAY)
    gap = gap_of(service, experience, [])
    counted = service.total + experience.total
    named = None if of.running else verdict_of(service, experience, cuts)
    standing = standing_of((service, experience, gap), others)
    return Figures(STORE, of, service, experience, gap, named, counted + extra, counted, extra, 0, 1, standing)


def summary(
    service, experience, *, others=((840, 1000), (680, 1000)), before=None, period="7d", cuts=TARGETS, changed=None, extra=0
):
    """A store's summary from (positive, total) of each signal, or from indexes."""
    own = [one if isinstance(one, Index) else index(*one) for one in (service, experience)]
    rest = [NO_INDEX, NO_INDEX] if others is None else [index(*one) for one in others]
    beside = Others(11, *rest, gap_of(*rest, []))
    earlier = None if before is None else figures(*(index(*one) for one in before), beside, period, cuts)
    today = Today(0, 0, 0, 0, 0, 0, 0, 0, (), 0)
    now = figures(*own, beside, period, cuts, extra)
    return StoreSummary(now, beside, earlier, changed, today, TODAY, Definition(1, (), ()), made_up=False)


def names(sentences) -> list[str]:
    return [sentence.name for sentence in sentences]


def said(found) -> str:
    t = translator("en")
    return " ".join(t.tell(sentence) for sentence in verdict.paragraph(found))


def test_no_press_says_so_and_never_nought():
    assert said(summary(NOBODY, NOBODY)) == "No presses in the last 7 days."


def test_six_presses_are_counted_together_without_a_share():
    assert said(summary((3, 4), (1, 2))) == (
        "Service and experience together: only 6 presses in the last 7 days. From so few we show no share."
    )


def test_fourteen_presses_give_their_range_and_how_many_would_do():
    found = summary((300, 350), (11, 14))
    assert names(verdict.paragraph(found)) == ["fact.helped", "presses.not-enough", "presses.range", "presses.more-needed"]
    assert said(found).endswith(
        "Experience: only 14 presses in the last 7 days. That is not enough to tell good from bad. "
        "The share of positive answers lies between 52 and 93 of 100. "
        "With about 36 more presses we would know it to within 11 points either way."
    )


def test_presses_close_together_say_what_they_weigh():
    bunched = index(48, 64, clusters=16)
    assert 10 <= bunched.effective < 30
    paragraph = verdict.paragraph(summary((300, 350), bunched))
    assert names(paragraph) == ["fact.helped", "presses.clustered", "fact.range", "presses.more-needed"]
    assert paragraph[1].values == {"all": 64, "effective": int(bunched.effective)}


def test_a_question_that_nobody_answered_is_not_known_rather_than_nought():
    assert names(verdict.paragraph(summary((300, 350), NOBODY))) == ["fact.helped", "presses.not-known"]


def test_serves_and_does_not_welcome():
    found = summary((333, 388), (241, 396))
    assert said(found) == (
        "Service is strong: 86 of 100 were helped. Fewer felt welcome: 61 of 100, 25 points less than service "
        "(between 18 and 31). There are enough presses to say this. "
        "The gap is 9 points wider than in our other stores (between 1 and 16)."
    )


def test_welcomes_and_does_not_serve():
    found = summary((120, 200), (180, 200))
    assert names(verdict.paragraph(found))[:2] == ["verdict.welcomes-not-serves", "verdict.fewer-served"]
    assert said(found).startswith(
        "The welcome is strong: 90 of 100 felt welcome. Fewer were helped: 60 of 100, 30 points less than experience"
    )


def test_a_gap_like_everybodys_is_no_gap_of_this_store():
    found = summary((168, 200), (110, 200), others=((8400, 10000), (5600, 10000)))
    assert names(verdict.paragraph(found))[3] == "gap.like-chain"


def test_a_narrower_gap_than_the_others_is_said():
    found = summary((880, 1000), (620, 1000), others=((9000, 10000), (4000, 10000)))
    assert names(verdict.paragraph(found))[3] == "gap.narrower-than-chain"


def test_strong_and_weak_without_a_sure_gap_says_no_fewer():
    found = summary((46, 52), (41, 52), cuts=Cuts(80, 90, declared=True))
    assert found.figures.verdict.name == "serves-not-welcomes"
    assert names(verdict.paragraph(found)) == ["verdict.serves-not-welcomes", "fact.felt-welcome", "sure.likely", "gap.none"]


def test_a_weak_one_that_is_the_higher_one_has_its_gap_said_the_right_way_round():
    found = summary((850, 1000), (900, 1000), cuts=Cuts(80, 95, declared=True))
    assert found.figures.verdict.name == "serves-not-welcomes"
    assert said(found).endswith("Experience lies 5 points above service (between 2 and 8).")


def test_strong_in_both():
    found = summary((364, 400), (356, 400))
    assert said(found) == (
        "Service and experience are both strong. 91 of 100 were helped. 89 of 100 felt welcome. "
        "There are enough presses to say this."
    )


def test_weak_in_both_names_the_gap_when_it_is_sure():
    found = summary((280, 400), (200, 400))
    assert said(found) == (
        "Service and experience are both weak for now. There are enough presses to say this. 70 of 100 were helped. "
        "Fewer felt welcome: 50 of 100, 20 points less than service (between 13 and 27). "
        "We do not know whether this gap differs from that in our other stores."
    )


def test_strong_in_both_names_the_gap_when_it_is_sure():
    found = summary((950, 1000), (850, 1000))
    assert names(verdict.paragraph(found)) == [
        "verdict.both-strong",
        "sure.clear",
        "fact.helped",
        "verdict.fewer-welcome",
        "gap.narrower-than-chain",
    ]


def test_not_clear_yet_gives_both_ranges():
    found = summary((80, 100), (76, 100))
    assert said(found) == (
        "Not clear yet what is strong and what is weak. Service lies between 71 and 87 of 100, experience between 66 and 84."
    )


def test_one_index_wholly_above_its_target_is_called_strong_while_the_other_is_open():
    found = summary((360, 400), (144, 200), others=None)
    assert found.figures.verdict.name == "not-clear-yet"
    assert said(found).startswith(
        "Service is strong: 90 of 100 were helped. There are enough presses to say this. "
        "Whether the welcome is strong too is not clear yet: it lies between 65 and 78 of 100. "
        "Fewer felt welcome: 72 of 100, 18 points less than service (between 1"
    )


def test_one_index_wholly_below_its_target_is_called_weak_while_the_other_is_open():
    found = summary((280, 400), (144, 200))
    assert said(found) == (
        "Service is weak for now: 70 of 100 were helped. There are enough presses to say this. "
        "Whether the welcome is weak too is not clear yet: it lies between 65 and 78 of 100."
    )


def test_the_welcome_alone_is_called_strong_or_weak_too():
    strong, weak = summary((81, 100), (360, 400)), summary((81, 100), (200, 400))
    assert names(verdict.paragraph(strong))[:3] == ["verdict.welcomes-not-serves", "sure.clear", "verdict.service-strong-too"]
    assert names(verdict.paragraph(weak))[:3] == ["verdict.welcome-weak", "sure.clear", "verdict.service-weak-too"]
    assert {one.figures.verdict.name for one in (strong, weak)} == {"not-clear-yet"}


def test_not_clear_yet_still_names_a_gap_that_is_sure():
    found = summary((162, 200), (132, 200), others=((8200, 10000), (7800, 10000)))
    assert found.figures.verdict.name == "not-clear-yet"
    assert names(verdict.paragraph(found)) == [
        "verdict.not-clear-yet",
        "fact.ranges",
        "verdict.fewer-welcome",
        "gap.wider-than-chain",
    ]


def test_likely_is_not_certain_and_never_a_hundred():
    found = summary((250, 300), (150, 300))
    sure = verdict.paragraph(found)[2]
    assert sure.name == "sure.likely"
    assert sure.values["chances"] == int(100 * found.figures.verdict.probability) <= 99


def test_without_a_cut_there_are_facts_and_the_gap():
    none = Cuts(None, None, declared=False)
    found = summary((360, 400), (240, 400), cuts=none)
    assert names(verdict.paragraph(found)) == ["fact.helped", "verdict.fewer-welcome", "gap.wider-than-chain"]
    found = summary((240, 400), (360, 400), cuts=none, others=None)
    assert names(verdict.paragraph(found)) == ["fact.felt-welcome", "verdict.fewer-served"]
    found = summary((300, 400), (301, 400), cuts=none)
    assert names(verdict.paragraph(found)) == ["fact.helped", "fact.felt-welcome", "gap.none"]


def test_today_has_counts_and_no_verdict_words():
    found = summary((333, 388), (241, 396), period="today", before=((1, 2), (1, 2)))
    assert names(verdict.paragraph(found)) == ["today.so-far", "today.no-verdict"]
    assert verdict.beside_others(found) == []


def test_days_that_run_are_spoken_of_by_their_dates():
    assert said(summary((333, 388), (241, 396), period="2026-11-15..2026-11-30")) == (
        "15 to 29 November so far: 784 presses. This period is not over, so here are counts and no verdict."
    )


def test_days_that_have_not_begun_have_nothing_to_count():
    assert said(summary(NOBODY, NOBODY, period="2026-12-01..2026-12-08")) == (
        "These days are still to come, so there is nothing to count yet."
    )


@pytest.mark.parametrize("service", [(300, 400), (330, 400), (360, 400), (11, 14), (3, 4), (48, 50)])
@pytest.mark.parametrize("experience", [(200, 400), (280, 400), (320, 400), (390, 400), (11, 14), (3, 4), (0, 0)])
@pytest.mark.parametrize("others", [None, ((840, 1000), (680, 1000)), ((600, 1000), (900, 1000))])
def test_the_opening_is_five_sentences_at_most(service, experience, others):
    assert 1 <= len(verdict.paragraph(summary(service, experience, others=others))) <= 5


def test_a_difference_is_that_of_the_two_numbers_shown():
    # 83.6 and 67.5 differ by 16.1, and read 84 and 68.
    found = summary((836, 1000), (675, 1000))
    fewer = verdict.paragraph(found)[1]
    assert (fewer.name, fewer.n, fewer.values["welcomed"]) == ("verdict.fewer-welcome", 16, 68)


def test_the_number_said_never_lies_outside_its_range():
    for positive in range(560, 650, 7):
        fewer = verdict.paragraph(summary((900, 1000), (positive, 1000)))[1]
        assert fewer.values["low"] <= fewer.n <= fewer.values["high"]


@pytest.mark.parametrize(
    ("now", "before", "name"),
    [
        ((340, 400), (280, 400), "change.better"),
        ((280, 400), (340, 400), "change.worse"),
        ((312, 400), (328, 400), "change.none-rare"),
        ((318, 400), (326, 400), "change.none"),
        ((321, 400), (320, 400), "change.none-same"),
        ((322, 400), (319, 400), "change.none-small"),
    ],
)
def test_a_move_since_the_period_before_has_its_words(now, before, name):
    found = summary(now, (300, 400), before=(before, (300, 400)))
    assert names(verdict.changes(found)) == [name, "change.none-same"]


def test_how_often_chance_makes_such_a_move_is_computed():
    moved = verdict.changes(summary((312, 400), (300, 400), before=((328, 400), (300, 400))))[0]
    assert (moved.values["then"], moved.values["now"], moved.values["x"]) == (82, 78, 6)


def test_other_faces_or_questions_forbid_the_comparison():
    found = summary((340, 400), (300, 400), before=((280, 400), (300, 400)), changed=date(2026, 11, 16))
    assert names(verdict.changes(found)) == ["change.not-comparable"]


def test_a_withheld_index_is_compared_with_nothing():
    found = summary((10, 12), (300, 400), before=((280, 400), (300, 400)))
    assert names(verdict.changes(found)) == ["change.none-same"]
    assert names(verdict.beside_others(found)) == ["chain.above"]


def test_the_other_stores_are_above_below_or_not_surely_different():
    found = summary((900, 1000), (550, 1000))
    assert names(verdict.beside_others(found)) == ["chain.above", "chain.below"]
    assert names(verdict.beside_others(summary((840, 1000), (680, 1000)))) == ["chain.same", "chain.same"]


def test_every_sentence_can_be_said_in_every_language():
    found = [
        summary((333, 388), (241, 396), before=((300, 388), (300, 396))),
        summary((120, 200), (180, 200)),
        summary((3, 4), (1, 2)),
        *(
            summary(*one)
            for one in (((360, 400), (144, 200)), ((280, 400), (144, 200)), ((81, 100), (360, 400)), ((81, 100), (200, 400)))
        ),
    ]
    for language in ("en", "pl", "it", "fa", "ar", "tr"):
        t = translator(language)
        for one in found:
            for sentence in (*verdict.paragraph(one), *verdict.changes(one), *verdict.beside_others(one)):
                assert t.tell(sentence)
