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
    from server.comparison.chain import Others
    from server.comparison.indexes import Gap, Index
    from server.comparison.summary import StoreSummary


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
    """The gap beside the other stores' one; nothing where that is not known."""
    figures, others = summary.figures, summary.others
    if figures.relative.points is None:
        return []
    if not figures.relative.clear:
        return [Sentence("gap.like-chain")]
    if not others.gap.clear or _points(others.service, others.experience) == 0:
        return [Sentence("gap.chain-none")]
    if ((others.gap.points or 0.0) < 0) != ((figures.gap.points or 0.0) < 0):
        below = (others.gap.points or 0.0) < 0
        theirs = abs(_points(others.service, others.experience))
        return [Sentence("gap.chain-below" if below else "gap.chain-above", theirs)]
    return [_wider(summary.figures.relative, figures.gap, others, abs(_points(figures.service, figures.experience)))]


def _wider(relative: Gap, own: Gap, others: Others, own_points: int) -> Sentence:
    """How much wider or narrower than the other stores' gap, which runs the same way."""
    wider = abs(own.points or 0.0) > abs(others.gap.points or 0.0)
    theirs = abs(_points(others.service, others.experience))
    points = own_points - theirs if wider else theirs - own_points
    if points < 1:
        return Sentence("gap.like-chain")
    low, high = spoken(relative, points)
    return Sentence("gap.wider-than-chain" if wider else "gap.narrower-than-chain", points, {"low": low, "high": high})


def _points(service: Index, experience: Index) -> int:
    """The gap of the two numbers shown."""
    return shown(experience.value) - shown(service.value)


def spoken(gap: Gap, points: int) -> tuple[int, int]:
    """A difference's range without its sign, rounded outwards, and never so that the number said lies outside it."""
    low, high = away_from_nought(gap.low, gap.high)
    return min(low, points), max(high, points)
