"""Which sentences a store's figures allow, in order, with their numbers; the words are the catalogues'.

Rounding: an index and a difference are whole numbers, ranges round outwards, probabilities down, what is missing up. Readers
subtract, so a difference in a sentence is that of the two numbers it shows; one that rounds to 0 is not spoken of.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.analysis.proportions import change_p
from server.comparison import quadrant
from server.comparison.indexes import difference
from server.comparison.rounding import outwards, shown
from server.comparison.scarce import EXPERIENCE, HUNDRED, SERVICE, fact, period_words, span, too_few
from server.i18n.sentence import Sentence

if TYPE_CHECKING:
    from server.comparison.indexes import Gap, Index
    from server.comparison.summary import StoreSummary

MUCH_MARKED = 0.20


def paragraph(summary: StoreSummary) -> list[Sentence]:
    """The two to five sentences that open a store's page."""
    figures = summary.figures
    service, experience, period = figures.service, figures.experience, figures.period
    if not figures.reactions or not service.total + experience.total:
        return [Sentence("presses.none", values={"period": period_words(period)})]
    if period.running:
        return [Sentence("today.so-far", figures.reactions), Sentence("today.no-verdict")]
    if service.value is None or experience.value is None:
        return too_few(service, experience, period)
    return _verdict(summary)


def changes(summary: StoreSummary) -> list[Sentence]:
    """How each index moved since the period before; nothing while the period runs or a number is withheld."""
    if summary.before is None:
        return []
    if summary.incomparable_since is not None:
        return [Sentence("change.not-comparable", values={"date": summary.incomparable_since})]
    before, now = summary.before, summary.figures
    words = Sentence(f"before.{now.period.name}")
    found = [
        _change(SERVICE, now.service, before.service, words),
        _change(EXPERIENCE, now.experience, before.experience, words),
    ]
    return [sentence for sentence in found if sentence is not None]


def beside_others(summary: StoreSummary) -> list[Sentence]:
    """Each index against the other stores; nothing while the period runs or a number is withheld."""
    if summary.figures.period.running:
        return []
    found = [
        _beside(SERVICE, summary.figures.service, summary.others.service),
        _beside(EXPERIENCE, summary.figures.experience, summary.others.experience),
    ]
    return [sentence for sentence in found if sentence is not None]


def strong_means(summary: StoreSummary) -> list[Sentence]:
    """What "strong" stands for in this verdict."""
    verdict = summary.figures.verdict
    if verdict is None or verdict.name == quadrant.UNCUT:
        return []
    cuts = verdict.cuts
    if not cuts.declared:
        return [Sentence("strong-means.middle")]
    targets = dict.fromkeys(shown(cut) for cut in (cuts.service, cuts.experience) if cut is not None)
    if len(targets) == 1:
        return [Sentence("strong-means.target", values={"target": target, "hundred": HUNDRED}) for target in targets]
    return [Sentence("strong-means.targets", values={"served": shown(cuts.service), "welcomed": shown(cuts.experience)})]


def much_marked(marked: int, counted: int) -> bool:
    """Whether so many presses were set aside that somebody should look at the kiosk."""
    return marked > MUCH_MARKED * (marked + counted)


def _verdict(summary: StoreSummary) -> list[Sentence]:
    figures, verdict = summary.figures, summary.figures.verdict
    service, experience, gap = figures.service, figures.experience, figures.gap
    if verdict is None or verdict.name == quadrant.UNCUT:
        return _without_cut(service, experience, gap)
    if verdict.name == quadrant.UNCLEAR:
        return [
            Sentence("verdict.not-clear-yet"),
            span(SERVICE, service),
            span(EXPERIENCE, experience),
            *_clear_gap(figures.gap, figures.relative),
        ]
    if verdict.name in {quadrant.BOTH_STRONG, quadrant.BOTH_WEAK}:
        found = [Sentence(f"verdict.{verdict.name}"), fact("fact.helped", service), fact("fact.felt-welcome", experience)]
        found += [] if gap.clear else [Sentence("gap.none")]
    else:
        found = _split(summary)
    if verdict.clear:
        return [*found, Sentence("sure.clear")]
    chances = min(99, math.floor(HUNDRED * verdict.probability))
    return [*found, Sentence("sure.likely", values={"chances": chances, "hundred": HUNDRED})]


def _split(summary: StoreSummary) -> list[Sentence]:
    """Strong in one, weak in the other."""
    figures = summary.figures
    serves = figures.verdict is not None and figures.verdict.name == quadrant.SERVES
    strong, weak = (figures.service, figures.experience) if serves else (figures.experience, figures.service)
    opening = fact("verdict.serves-not-welcomes" if serves else "verdict.welcomes-not-serves", strong)
    named = _fewer(figures.gap, strong, weak, serves=serves)
    if named is None:
        return [opening, fact("fact.felt-welcome" if serves else "fact.helped", weak), Sentence("gap.none")]
    beside = _beside(EXPERIENCE if serves else SERVICE, weak, summary.others.experience if serves else summary.others.service)
    low = [beside] if beside is not None and beside.name == "chain.below" else []
    return [opening, named, _against_chain(figures.relative, serves=serves), *low]


def _clear_gap(gap: Gap, relative: Gap) -> list[Sentence]:
    """What can be said of the gap where a cut runs through an index: only a gap that stands out from the other stores'."""
    if not gap.clear or not relative.clear:
        return []
    return [_against_chain(relative, serves=(gap.points or 0.0) < 0)]


def _without_cut(service: Index, experience: Index, gap: Gap) -> list[Sentence]:
    # Nothing says what strong is: one or two stores, and no target. Facts and the gap need no such line.
    serves = shown(service.value) > shown(experience.value)
    strong, weak = (service, experience) if serves else (experience, service)
    named = _fewer(gap, strong, weak, serves=serves)
    opening = fact("fact.helped" if serves else "fact.felt-welcome", strong)
    if named is not None:
        return [opening, named]
    return [fact("fact.helped", service), fact("fact.felt-welcome", experience), Sentence("gap.none")]


def _fewer(gap: Gap, strong: Index, weak: Index, *, serves: bool) -> Sentence | None:
    """The sentence that names the gap, or None where its range holds 0 or it rounds away."""
    points = shown(strong.value) - shown(weak.value)
    right_way = gap.points is not None and (gap.points < 0) == serves
    if not gap.clear or not right_way or points < 1:
        return None
    low, high = _spoken(gap, points)
    share = {"welcomed" if serves else "served": shown(weak.value), "hundred": HUNDRED, "low": low, "high": high}
    return Sentence("verdict.fewer-welcome" if serves else "verdict.fewer-served", points, share)


def _against_chain(relative: Gap, *, serves: bool) -> Sentence:
    points = shown(abs(relative.points or 0.0))
    if not relative.clear or points < 1:
        return Sentence("gap.like-chain")
    wider = ((relative.points or 0.0) < 0) == serves
    low, high = _spoken(relative, points)
    return Sentence("gap.wider-than-chain" if wider else "gap.narrower-than-chain", points, {"low": low, "high": high})


def _beside(what: Sentence, own: Index, others: Index) -> Sentence | None:
    away = difference(own, others)
    if away.points is None:
        return None
    points = abs(shown(own.value) - shown(others.value))
    if not away.clear or points < 1:
        return Sentence("chain.same", values={"what": what})
    low, high = _spoken(away, points)
    return Sentence("chain.below" if away.points < 0 else "chain.above", points, {"what": what, "low": low, "high": high})


def _change(what: Sentence, now: Index, before: Index, words: Sentence) -> Sentence | None:
    moved = difference(now, before)
    if moved.points is None:
        return None
    points = abs(shown(now.value) - shown(before.value))
    if moved.clear and points >= 1:
        low, high = _spoken(moved, points)
        name = "change.better" if moved.points > 0 else "change.worse"
        return Sentence(name, points, {"what": what, "before": words, "low": low, "high": high})
    p = change_p(*_weighed(now), *_weighed(before))
    facts: dict[str, int | Sentence] = {"what": what, "then": shown(before.value), "now": shown(now.value)}
    if p >= 0.5:
        return Sentence("change.none-small", values=facts)
    return Sentence("change.none", values=facts | {"x": math.floor(1 / p)})


def _spoken(gap: Gap, points: int) -> tuple[int, int]:
    """A difference's range without its sign, rounded outwards, and never so that the number said lies outside it."""
    ends = sorted((abs(gap.low or 0.0), abs(gap.high or 0.0)))
    low, high = outwards(*ends)
    return min(low, points), max(high, points)


def _weighed(index: Index) -> tuple[float, float]:
    return index.positive / index.total * index.effective, index.effective
