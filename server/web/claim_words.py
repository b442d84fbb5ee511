"""What a claim came to, in sentences without a minus sign, and the figure that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.claims.claim import UP
from server.claims.result import NOT_SEEN, SHOWED, UNTESTABLE
from server.comparison.rounding import away_from_nought, outwards, shown
from server.i18n.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.claims.claim import Claim
    from server.claims.result import Result
    from server.i18n.translator import Translator


def told_words(claim: Claim, result: Result) -> list[Sentence]:
    """A result: what was seen, and what that means for the effect that was to matter."""
    if result.outcome == UNTESTABLE or result.effect is None:
        sides = {"treated": len(result.side(treated=True)), "controls": len(result.side(treated=False))}
        return [Sentence("claims.untestable", values=sides)]
    if result.outcome == NOT_SEEN:
        low, high = outwards(result.low, result.high)
        seen = Sentence("claims.not-seen", values={"low": signed(low), "high": signed(high)})
        reach = high if claim.direction == UP else -low
        return [seen, Sentence("claims.ruled-out" if reach < claim.matters else "claims.still-possible", claim.matters)]
    near, far = away_from_nought(result.low, result.high)
    points = min(far, max(near, abs(shown(result.effect))))
    way = "less" if result.effect < 0 else "more"
    said = [Sentence(f"claims.{result.outcome}-{way}", points, {"low": near, "high": far})]
    if result.outcome == SHOWED and far < claim.matters:
        said.append(Sentence("claims.smaller", claim.matters))
    return said


def signed(points: int) -> Sentence:
    """Points more or less."""
    return Sentence("unit.points-less" if points < 0 else "unit.points-more", abs(points))


def signed_words(points: float, t: Translator) -> str:
    """A change as the table has it: points more or less, or as before."""
    whole = shown(points)
    return t.tell(signed(whole)) if whole else t.say("unit.alike")


def figure_words(claim: Claim, t: Translator, texts: Mapping[str, str]) -> str:
    """The figure that a claim is about; `texts` are the questions' words by code."""
    if claim.measure == "question":
        (code,) = claim.service + claim.experience
        return texts.get(code, code)
    return t.say("claims.gap") if claim.measure == "gap" else t.say(f"label.{claim.measure}")
