"""One recovery in the reader's words: what was noticed where, how it stands, and what one may say to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison.periods import local_time
from server.database.recoveries import ACKNOWLEDGED, DONE, NORMAL
from server.i18n.sentence import Name
from server.web.figures import touchpoint_words

if TYPE_CHECKING:
    from datetime import date

    from server.i18n.translator import Translator
    from server.recovery.recoveries import Recovery

WAITING = "waiting"


class ShownRecovery(NamedTuple):
    """What a template places of a recovery; `state` picks its mark, `may` are the steps that have buttons."""

    id: int
    store: str
    code: str
    place: str
    title: Markup
    notes: tuple[str, ...]
    say: Markup
    state: str
    words: Markup
    more: Markup
    may: tuple[str, ...]


def shown_recovery(one: Recovery, t: Translator, now_ms: int) -> ShownRecovery:
    """A recovery for a reader now; its times are those of the store's clock."""
    return _Words(one, t, now_ms).shown()


class _Words:
    def __init__(self, one: Recovery, t: Translator, now_ms: int) -> None:
        self._one, self._t = one, t
        self._place = touchpoint_words(one.touchpoint, t)
        self._today = local_time(one.store.timezone, now_ms).date()
        # Of one that has ended the day stands in its heading, and times in its sentences alone.
        self._near = self._today if one.ended_ms is None else self._day(one.noticed_ms)

    def shown(self) -> ShownRecovery:
        one, ended = self._one, self._one.ended_ms is not None
        texts = one.texts.get(self._t.language) or one.texts.get("en") or {}
        question = texts.get("question", one.question)
        return ShownRecovery(
            id=one.id,
            store=one.store.name,
            code=one.store.code,
            place=self._place,
            title=self._title(),
            notes=(self._t.formats.weekday_and_day(self._near), question) if ended else (question,),
            say=self._said(ended=ended),
            state=self._state(),
            words=self._words(),
            more=self._more(ended=ended),
            may=() if ended or one.done else (DONE,) if one.acknowledged else (ACKNOWLEDGED, DONE),
        )

    def _title(self) -> Markup:
        if self._one.ended_ms is not None:
            return Markup("<bdi>{}</bdi>").format(self._place)
        return self._t.say_html("recovery.open", touchpoint=Name(self._place), time=self._time(self._one.began_ms))

    def _said(self, *, ended: bool) -> Markup:
        """How many were unhappy and how many usually are."""
        one, t = self._one, self._t
        counts = (
            t.say_html("recovery.counted", unhappy=one.negatives, all=one.presses)
            if ended
            else t.say_html("recovery.count", unhappy=one.negatives, last=one.presses)
        )
        said = counts + " " + t.say_html("recovery.usual", usual=round(100 * one.usual_share), hundred=100)
        return t.say_html("recovery.began", one.to_notice, time=self._time(one.began_ms)) + " " + said if ended else said

    def _state(self) -> str:
        if self._one.ended_ms is not None:
            return self._one.outcome
        return DONE if self._one.done else ACKNOWLEDGED if self._one.acknowledged else WAITING

    def _words(self) -> Markup:
        """How it stands."""
        one, t = self._one, self._t
        if one.ended_ms is not None:
            if one.outcome == NORMAL and one.to_normal is not None:
                return t.say_html("recovery.normal", one.to_normal, time=self._time(one.ended_ms))
            return t.say_html("recovery.undecided")
        if one.done is not None:
            return t.say_html("recovery.done-at", person=Name(one.done.person), time=self._time(one.done.at_ms))
        if one.acknowledged is not None:
            person, at_ms = Name(one.acknowledged.person), one.acknowledged.at_ms
            return t.say_html("recovery.acknowledged", person=person, time=self._time(at_ms))
        return t.say_html("recovery.waiting")

    def _more(self, *, ended: bool) -> Markup:
        """What people did about one that has ended; what the presses since say of one that is open."""
        one, t = self._one, self._t
        if not ended:
            still = [] if one.still_ms is None else [t.say_html("recovery.still", time=self._time(one.still_ms))]
            return _spaced([*still, *([t.say_html("recovery.tested")] if one.done else [])])
        if one.acknowledged is None or one.to_acknowledge is None:
            return t.say_html("recovery.not-acknowledged")
        found = [t.say_html("recovery.to-acknowledge", one.to_acknowledge, person=Name(one.acknowledged.person))]
        if one.done is not None:
            found.append(t.say_html("recovery.done-at", person=Name(one.done.person), time=self._time(one.done.at_ms)))
        return _spaced(found)

    def _day(self, at_ms: int) -> date:
        return local_time(self._one.store.timezone, at_ms).date()

    def _time(self, at_ms: int) -> str:
        return self._t.moment(local_time(self._one.store.timezone, at_ms), self._near)


def _spaced(found: list[Markup]) -> Markup:
    return Markup(" ").join(found)
