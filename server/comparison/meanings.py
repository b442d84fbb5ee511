"""What the words of a store's opening mean, said right beneath it: a range, "strong" and "weak"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparison import quadrant
from server.comparison.rounding import shown
from server.comparison.scarce import HUNDRED
from server.i18n.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.comparison.summary import StoreSummary


# What follows once it is said what strong means: which index is weak, or why one is called neither.
FOLLOWS = {
    quadrant.SERVES: [Sentence("strong-means.welcome-weak")],
    quadrant.WELCOMES: [Sentence("strong-means.service-weak")],
    quadrant.UNCLEAR: [Sentence("strong-means.neither")],
}


def range_means(said: Iterable[Sentence]) -> list[Sentence]:
    """What the first range in these sentences means, in its own numbers; nothing where none of them has one."""
    for sentence in said:
        for low, high in (("low", "high"), ("served_low", "served_high")):
            if low in sentence.values:
                return [Sentence("range.means", values={"low": sentence.values[low], "high": sentence.values[high]})]
    return []


def strong_means(summary: StoreSummary) -> list[Sentence]:
    """What "strong" stands for in this verdict, and which number is weak, or what it means that one is called neither."""
    verdict = summary.figures.verdict
    if verdict is None:
        return []
    if verdict.name == quadrant.UNCUT:
        return [Sentence("strong-means.none")]
    return [_strong(verdict.cuts), *FOLLOWS.get(verdict.name, [])]


def _strong(cuts: quadrant.Cuts) -> Sentence:
    if not cuts.declared:
        return Sentence("strong-means.middle")
    served, welcomed = shown(cuts.service), shown(cuts.experience)
    if served == welcomed:
        return Sentence("strong-means.target", values={"target": served, "hundred": HUNDRED})
    return Sentence("strong-means.targets", values={"served": served, "welcomed": welcomed})
