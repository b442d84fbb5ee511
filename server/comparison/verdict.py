"""Which sentences a store's figures allow, in order, with their numbers; the words are the catalogues'.

Rounding: an index and a difference are whole numbers, ranges round outwards, probabilities down, what is missing up. Readers
subtract, so a difference in a sentence is that of the two numbers it shows; one that rounds to 0 is not spoken of, and the
range of one that is sure never reads as if it held 0. The opening is five sentences at most; how sure it is stands right after
what is named strong or weak, so that nobody takes it for a word on the gap.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from server.comparison import quadrant
from server.comparison.gaps import against_chain, difference_sentence, fewer, gap_between, named_gap, spoken
from server.comparison.marking import much_marked
from server.comparison.moves import chance, moves
from server.comparison.rounding import outwards, shown
from server.comparison.scarce import EXPERIENCE, HUNDRED, SERVICE, fact, period_words, spans, too_few
from server.comparison.standing import OTHER_FACES
from server.i18n.sentence import Days, Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from server.comparison.beside import Beside
    from server.comparison.indexes import Gap, Index
    from server.comparison.parts import Place
    from server.comparison.quadrant import Verdict
    from server.comparison.standing import Standing
    from server.comparison.summary import StoreSummary

# A move that comes by chance more rarely than once in so many periods, and is not sure either, is said without its chance.
OFTEN_ENOUGH = 5


# What is said of one index whose whole range lies on one side of its cut, by whether it is service.
ALONE = {
    (True, quadrant.STRONG): "verdict.serves-not-welcomes",
    (True, quadrant.WEAK): "verdict.service-weak",
    (False, quadrant.STRONG): "verdict.welcomes-not-serves",
    (False, quadrant.WEAK): "verdict.welcome-weak",
}


def paragraph(summary: StoreSummary) -> list[Sentence]:
    """The one to five sentences that open a store's page."""
    figures = summary.figures
    service, experience, period = figures.service, figures.experience, figures.period
    if period.running:
        return _running(summary)
    if not figures.reactions or not service.total + experience.total:
        return [Sentence("presses.none", values={"period": period_words(period, summary.now_day)})]
    if service.value is None or experience.value is None:
        return too_few(service, experience, period, summary.now_day)
    return _verdict(summary)


def no_verdict(name: str) -> Sentence:
    """Why there are only counts while a period of this name runs."""
    return Sentence("today.no-verdict" if name == "today" else "running.no-verdict")


def changes(summary: StoreSummary) -> list[Sentence]:
    """How each index moved since the period before; nothing while the period runs or a number is withheld."""
    if summary.before is None:
        return []
    if summary.incomparable_since is not None:
        return [Sentence("change.not-comparable", values={"date": summary.incomparable_since})]
    before, now = summary.before, summary.figures
    pairs = ((now.service, before.service), (now.experience, before.experience))
    return changed(pairs, Sentence(f"before.{now.period.name}"), {one.signal for one in summary.undecided})


def changed(pairs: Sequence[tuple[Index, Index]], words: Sentence, undecided: Collection[str] = ()) -> list[Sentence]:
    """How service and experience moved, from their (now, before), since the period that `words` name.

    Nothing of one whose number is withheld. Of one with runs that are `undecided` only that: its move may be theirs.
    """
    found = []
    for what, name, pair, moved in zip((SERVICE, EXPERIENCE), ("service", "experience"), pairs, moves(pairs), strict=True):
        if moved.points is None:
            continue
        waits = Sentence("change.undecided", values={"what": what})
        found.append(waits if name in undecided else _change(what, pair, moved, words))
    return found


def beside_others(summary: StoreSummary) -> list[Sentence]:
    """Each index against the other stores; nothing while the period runs or a number is withheld.

    Of a store that waits for a decision on runs only what they do not change, and that it waits.
    """
    if summary.figures.period.running:
        return []
    figures, others = summary.figures, summary.others
    if figures.standing.group == OTHER_FACES:
        return [Sentence("faces.not-compared")]
    standing = figures.standing
    pairs = (
        (SERVICE, figures.service, others.service, standing.service),
        (EXPERIENCE, figures.experience, others.experience, standing.experience),
    )
    found = [_beside(*pair) for pair in pairs if pair[-1].sure or not standing.waits]
    waits = [Sentence("chain.waits")] if standing.waits else []
    return [sentence for sentence in found if sentence is not None] + waits + reversed_by_hours(standing)


def reversed_by_hours(standing: Standing) -> list[Sentence]:
    """The warning where the presses as they came say the opposite of what equal hours say."""
    return [Sentence("mix.reversed")] if standing.reversed else []


def asks_for_a_look(place: Place) -> bool:
    """Whether so many of a question's presses were set aside that somebody should look at the kiosk."""
    return much_marked(place.marked, place.index.total, place.rushed)


def _running(summary: StoreSummary) -> list[Sentence]:
    """Counts of the days asked for, whether that is today alone or days that reach beyond it."""
    period, reactions = summary.figures.period, summary.figures.reactions
    if period.first > summary.now_day:
        return [Sentence("running.to-come")]
    if period.name == "today":
        return [Sentence("today.so-far", reactions), no_verdict(period.name)]
    days = Days(period.first, period.last, summary.now_day)
    return [Sentence("running.so-far", reactions, {"days": days}), no_verdict(period.name)]


def _verdict(summary: StoreSummary) -> list[Sentence]:
    figures, verdict = summary.figures, summary.figures.verdict
    service, experience = figures.service, figures.experience
    if verdict is None or verdict.name == quadrant.UNCUT:
        return _without_cut(summary)
    if verdict.name == quadrant.UNCLEAR:
        return [*_unclear(service, experience, verdict), *named_gap(summary)]
    if verdict.name in {quadrant.BOTH_STRONG, quadrant.BOTH_WEAK}:
        helped, welcomed = fact("fact.helped", service), fact("fact.felt-welcome", experience)
        opening, named = Sentence(f"verdict.{verdict.name}"), named_gap(summary)
        if not named:
            return [opening, helped, welcomed, _sure(verdict)]
        # What "fewer" is measured against is said first.
        return [opening, _sure(verdict), helped if (figures.gap.points or 0.0) < 0 else welcomed, *named]
    return _split(summary, verdict)


def _unclear(service: Index, experience: Index, verdict: Verdict) -> list[Sentence]:
    """Where no quadrant is probable enough: what is clear of one index alone, and that the other one is open."""
    sides = verdict.service, verdict.experience
    if sides.count(quadrant.OPEN) != 1:
        return [Sentence("verdict.not-clear-yet"), spans(service, experience)]
    serves = verdict.experience == quadrant.OPEN
    side = sides[0] if serves else sides[1]
    known, other = (service, experience) if serves else (experience, service)
    low, high = outwards(other.low, other.high)
    return [
        fact(ALONE[serves, side], known),
        Sentence("sure.clear"),
        Sentence(
            f"verdict.{'welcome' if serves else 'service'}-{side}-too", values={"low": low, "high": high, "hundred": HUNDRED}
        ),
    ]


def _sure(verdict: Verdict) -> Sentence:
    """How sure what was just named strong or weak is."""
    if verdict.clear:
        return Sentence("sure.clear")
    return Sentence("sure.likely", values={"chances": min(99, math.floor(HUNDRED * verdict.probability)), "hundred": HUNDRED})


def _split(summary: StoreSummary, verdict: Verdict) -> list[Sentence]:
    """Strong in one, weak in the other."""
    figures, serves = summary.figures, verdict.name == quadrant.SERVES
    strong, weak = (figures.service, figures.experience) if serves else (figures.experience, figures.service)
    opening = fact("verdict.serves-not-welcomes" if serves else "verdict.welcomes-not-serves", strong)
    named = fewer(figures.gap, strong, weak, serves=serves)
    if named is not None:
        return [opening, named, _sure(verdict), *against_chain(summary)]
    other = fact("fact.felt-welcome" if serves else "fact.helped", weak)
    # Two cuts may lie so that the weak one is the higher one: then the gap is sure, and runs the other way.
    gap = gap_between(figures.gap, figures.service, figures.experience) if figures.gap.clear else Sentence("gap.none")
    return [opening, other, _sure(verdict), gap]


def _without_cut(summary: StoreSummary) -> list[Sentence]:
    # Nothing says what strong is: one or two stores, and no target. Facts and the gap need no such line.
    service, experience, gap = summary.figures.service, summary.figures.experience, summary.figures.gap
    named = named_gap(summary)
    if named:
        serves = (gap.points or 0.0) < 0
        return [fact("fact.helped", service) if serves else fact("fact.felt-welcome", experience), *named]
    return [fact("fact.helped", service), fact("fact.felt-welcome", experience), Sentence("gap.none")]


def _beside(what: Sentence, own: Index, others: Index, beside: Beside) -> Sentence | None:
    """One index beside the other stores', as all stores judged at once allow."""
    if beside.away.points is None:
        return None
    below = beside.away.points < 0
    subtracted = shown(others.value) - shown(own.value) if below else shown(own.value) - shown(others.value)
    if not beside.sure or (subtracted < 1 and not beside.standardised):
        return Sentence("chain.same", values={"what": what})
    return difference_sentence("chain.below" if below else "chain.above", beside, subtracted, what=what)


def _change(what: Sentence, pair: tuple[Index, Index], moved: Gap, words: Sentence) -> Sentence:
    """How one index moved."""
    now, before = (shown(index.value) for index in pair)
    points = abs(now - before)
    if moved.clear and points >= 1:
        low, high = spoken(moved, points)
        name = "change.better" if (moved.points or 0.0) > 0 else "change.worse"
        return Sentence(name, points, {"what": what, "before": words, "low": low, "high": high})
    p = chance(*pair)
    if not points:
        return Sentence("change.none-same", values={"what": what, "now": now, "hundred": HUNDRED})
    facts: dict[str, int | Sentence] = {"what": what, "then": before, "now": now}
    if p >= 0.5:
        return Sentence("change.none-small", values=facts)
    rarely = math.floor(1 / p)
    # "1 time in 13" reads as if it were sure.
    return Sentence("change.none-rare" if rarely > OFTEN_ENOUGH else "change.none", values=facts | {"x": rarely})
