"""What can be said of a store's gap, alone and beside the other stores' one, in the numbers that readers see.

A difference said is that of the two numbers shown; one that rounds to 0 is not spoken of. Where the other stores' gap runs the
other way, or is none, that is said in a sentence of its own: "31 points wider" would be a sum of two different things.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparison.rounding import away_from_nought, outwards, shown
from server.comparison.scarce import HUNDRED
from server.i18n.sentence import Sentence

if TYPE_CHECKING:
    from server.comparison.beside import Beside
    from server.comparison.chain import Others
    from server.comparison.indexes import Gap, Index
    from server.comparison.summary import StoreSummary
    from server.i18n.sentence import Value


def gap_between(gap: Gap, service: Index, experience: Index) -> Sentence:
    """The gap with its range, as one sentence that needs no other; its number is the difference of the two shown."""
    if gap.points is None:
        return Sentence("gap.not-known")
    points = abs(_points(service, experience))
    if not gap.clear or points < 1:
        low, high = outwards(gap.low, gap.high)
        return Sentence("gap.either-way", values={"below": max(0, -low), "above": max(0, high)})
    low, high = spoken(gap, points)
    return Sentence("gap.below-service" if gap.points < 0 else "gap.above-service", points, {"low": low, "high": high})


def named_gap(summary: StoreSummary) -> list[Sentence]:
    """The gap where it is sure, then how it stands to the other stores' one: a raw gap alone proves little of a store."""
    figures = summary.figures
    serves = (figures.gap.points or 0.0) < 0
    strong, weak = (figures.service, figures.experience) if serves else (figures.experience, figures.service)
    named = fewer(figures.gap, strong, weak, serves=serves)
    return [] if named is None else [named, *against_chain(summary)]


def fewer(gap: Gap, strong: Index, weak: Index, *, serves: bool) -> Sentence | None:
    """The sentence that names the gap, or None where its range holds 0 or it rounds away."""
    points = shown(strong.value) - shown(weak.value)
    right_way = gap.points is not None and (gap.points < 0) == serves
    if not gap.clear or not right_way or points < 1:
        return None
    low, high = spoken(gap, points)
    share = {"welcomed" if serves else "served": shown(weak.value), "hundred": HUNDRED, "low": low, "high": high}
    return Sentence("verdict.fewer-welcome" if serves else "verdict.fewer-served", points, share)


def against_chain(summary: StoreSummary) -> list[Sentence]:
    """The gap beside the other stores' one, as head office's page says it too; nothing where that is not known."""
    beside, others = summary.figures.standing.gap, summary.others
    if beside.away.points is None:
        return []
    if not beside.sure:
        return [Sentence("chain.waits" if summary.figures.standing.waits else "gap.like-chain")]
    if not others.gap.clear or _points(others.service, others.experience) == 0:
        return [Sentence("gap.chain-none")]
    if ((beside.others or 0.0) < 0) != ((beside.own or 0.0) < 0):
        below = (beside.others or 0.0) < 0
        theirs = abs(_points(others.service, others.experience))
        return [Sentence("gap.chain-below" if below else "gap.chain-above", theirs)]
    return [_wider(beside, abs(_points(summary.figures.service, summary.figures.experience)), others)]


def _wider(beside: Beside, own_points: int, others: Others) -> Sentence:
    """How much wider or narrower than the other stores' gap, which runs the same way."""
    wider = abs(beside.own or 0.0) > abs(beside.others or 0.0)
    theirs = abs(_points(others.service, others.experience))
    subtracted = own_points - theirs if wider else theirs - own_points
    if subtracted < 1 and not beside.standardised:
        return Sentence("gap.like-chain")
    return difference_sentence("gap.wider-than-chain" if wider else "gap.narrower-than-chain", beside, subtracted)


def difference_sentence(name: str, beside: Beside, subtracted: int, **values: Value) -> Sentence:
    """A sure difference from the other stores; by equal hours where a reader would not find it by subtracting numbers shown.

    `subtracted` is the difference of the two numbers that the page shows, negative where it runs the other way.
    """
    if not beside.standardised or subtracted == shown(abs(beside.away.points or 0.0)):
        low, high = spoken(beside.away, subtracted)
        return Sentence(name, subtracted, {**values, "low": low, "high": high})
    points = max(1, shown(abs(beside.away.points or 0.0)))
    low, high = spoken(beside.away, points)
    return Sentence(f"{name}-by-hours", points, {**values, "low": low, "high": high})


def _points(service: Index, experience: Index) -> int:
    """The gap of the two numbers shown."""
    return shown(experience.value) - shown(service.value)


def spoken(gap: Gap, points: int) -> tuple[int, int]:
    """A difference's range without its sign, rounded outwards, and never so that the number said lies outside it."""
    low, high = away_from_nought(gap.low, gap.high)
    return min(low, points), max(high, points)
