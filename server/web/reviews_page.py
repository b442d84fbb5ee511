"""The page of runs in the reader's words: what was pressed, what is usual, what it changes, who decided what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.comparison.periods import local_time
from server.comparison.reviews import PART_RUNS
from server.comparison.rounding import shown
from server.database.reviews import EXCLUDED
from server.i18n.sentence import Day, Days, Name, Sentence
from server.web.figures import touchpoint_words

if TYPE_CHECKING:
    from datetime import date

    from markupsafe import Markup

    from server.comparison.reviews import Review, Reviews
    from server.i18n.translator import Translator


class ShownReview(NamedTuple):
    """One run; `decided` is "" while nobody has, `excluded` whether it is set aside, `closed` when it is archived."""

    id: int
    title: Markup
    question: str
    what: Markup
    usual: Markup
    effect: Markup
    decided: Markup
    excluded: bool
    closed: bool


class ShownReviews:
    """What the template of the page of runs places."""

    def __init__(self, found: Reviews, t: Translator, now_ms: int) -> None:
        self._t = t
        self._now_ms = now_ms
        self.open = [self._review(review) for review in found.open]
        self.too_few = [self._review(review) for review in found.too_few]
        self.decided = [self._review(review) for review in found.decided]
        self.count = t.say("reviews.count", found.waiting) if found.waiting else t.say("reviews.none")
        number, last = found.before // PART_RUNS + 1, found.before + len(found.open) + len(found.too_few)
        self.previous = str(number - 1) if found.before else ""
        self.next = str(number + 1) if last < found.undecided else ""
        self.part = t.say("office.part", first=found.before + 1, last=last, all=found.undecided)

    def _review(self, review: Review) -> ShownReview:
        t = self._t
        words = review.texts.get(t.language) or review.texts.get("en") or {}
        today = local_time(review.store.timezone, self._now_ms).date()
        return ShownReview(
            id=review.id,
            title=t.say_html(
                f"reviews.{review.edge}",
                store=Name(review.store.name),
                touchpoint=Name(touchpoint_words(review.touchpoint, t)),
                day=Day(review.day, today),
            ),
            question=words.get("question", review.question),
            what=self._what(review),
            usual=self._usual(review),
            effect=self._effect(review, today),
            decided=self._decided(review, today),
            excluded=review.decision == EXCLUDED,
            closed=review.archived,
        )

    def _what(self, review: Review) -> Markup:
        t = self._t
        moments = (local_time(review.store.timezone, at_ms) for at_ms in (review.from_ms, review.until_ms))
        begin, end = (t.formats.time(moment) for moment in moments)
        times = t.say_html("reviews.pressed", review.presses, begin=begin, end=end)
        return times + " " + t.say_html(f"reviews.{review.polarity}", review.alike)

    def _usual(self, review: Review) -> Markup:
        t = self._t
        slot = t.say_html("reviews.usual", count=t.formats.number(review.usual_presses, 1))
        share = t.say_html(f"reviews.elsewhere-{review.polarity}", count=round(100 * review.usual_share), hundred=100)
        if review.tells:
            return slot + " " + share + " " + t.say_html("reviews.chance", thousand=1_000)
        if review.needed is None:
            return slot + " " + share + " " + t.say_html("reviews.never-tell")
        return slot + " " + share + " " + t.say_html("reviews.too-few", review.needed)

    def _effect(self, review: Review, today: date) -> Markup:
        t, effect = self._t, review.effect
        if effect is None:
            return t.say_html("reviews.no-index")
        if effect.with_run is None or effect.without_run is None:
            return t.say_html("reviews.effect-unknown")
        return t.tell_html(
            Sentence(
                f"reviews.effect-{effect.signal}",
                values={
                    "days": Days(effect.first, effect.last, today),
                    "with": shown(effect.with_run),
                    "without": shown(effect.without_run),
                    "hundred": 100,
                },
            )
        )

    def _decided(self, review: Review, today: date) -> Markup:
        said = self._decision(review, today)
        return said + " " + self._t.say_html("wrong.archived") if review.archived else said

    def _decision(self, review: Review, today: date) -> Markup:
        t = self._t
        if review.decided_ms is None:
            return t.say_html("reviews.counts") if review.tells else t.say_html("reviews.counts-on")
        moment = t.moment(local_time(review.store.timezone, review.decided_ms), today)
        return t.say_html(f"reviews.{review.decision}", who=Name(review.decided_by), time=moment)
