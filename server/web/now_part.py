"""Now: today's counts, kiosks that need someone, presses that came in late, in the reader's words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.comparison.periods import local_time
from server.i18n.sentence import Day, Name, Sentence
from server.recovery.recoveries import OPEN
from server.web.figures import touchpoint_words
from server.web.fleet_words import TroubleWords
from server.web.recovery_words import shown_recovery

if TYPE_CHECKING:
    from server.comparison.live import KioskNow, Today
    from server.comparison.summary import StoreSummary
    from server.i18n.translator import Translator

# Of a kiosk that is heard, what keeps shoppers from being heard; copied cards, heat and supply are the fleet page's.
FOR_MANAGERS = frozenset({"full", "damaged", "input", "stuck", "dead", "nobody"})


class ShownTrouble(NamedTuple):
    """A kiosk that needs someone: what it is called, where and why, what to do; `quiet` for one that is not heard."""

    state: Markup
    words: Markup
    todo: str
    quiet: bool


class ShownNow:
    """What the template places under "Now"."""

    def __init__(self, summary: StoreSummary, t: Translator, now_ms: int) -> None:
        today = summary.today
        self.today = today
        self.parts = _parts(today, t)
        self.complete = today.complete and bool(today.kiosks)
        self.recoveries = [shown_recovery(one, t, now_ms) for one in today.recoveries]
        waiting = sum(one.waits for one in today.recoveries)
        self.several = t.say("recovery.several", waiting) if waiting > 1 else ""
        self.watching = _watching(today, t)
        self.troubles = [trouble for kiosk in today.kiosks for trouble in _troubles(kiosk, summary, t, now_ms)]
        self.heard = sum(not kiosk.silent for kiosk in today.kiosks)
        self.late = [
            t.say_html(
                "data.late",
                late.presses,
                kiosk=Name(late.kiosk),
                from_date=Day(date.fromordinal(late.first_day), summary.now_day),
                to_date=Day(date.fromordinal(late.last_day), summary.now_day),
            )
            for late in today.late
        ]


def _parts(today: Today, t: Translator) -> Markup:
    """What today's presses are about, so that they add up to all of them."""
    parts = [Sentence("today.signals", values={"service": today.service, "experience": today.experience})]
    for name, count in (("other", today.other), ("set-aside", today.marked), ("uncertain", today.uncertain)):
        if count:
            parts.append(Sentence(f"today.{name}", values={"marked" if name == "set-aside" else name: count}))
    return t.paragraph(parts)


def _watching(today: Today, t: Translator) -> Markup:
    """That nothing is open, how soon a drop would show, and where none would; "" while something is open."""
    notice = today.notice
    if any(one.outcome == OPEN for one in today.recoveries):
        return Markup("")
    said = [Sentence("recovery.none")] if notice.hours or notice.quiet else []
    if notice.hours:
        said.append(Sentence("notice.hours", notice.hours))
    where = (("too-quiet", notice.quiet), ("unwatched", notice.unwatched), ("all-unhappy", notice.unhappy))
    for name, touchpoints in where:
        said += [Sentence(f"recovery.{name}", values={"touchpoint": Name(touchpoint_words(one, t))}) for one in touchpoints]
    return t.paragraph(said)


def _troubles(kiosk: KioskNow, summary: StoreSummary, t: Translator, now_ms: int) -> list[ShownTrouble]:
    found = []
    place = touchpoint_words(kiosk.touchpoint, t)
    if kiosk.missed:
        found.append(ShownTrouble(t.say_html("word.silent"), _unheard(kiosk, place, summary, t), "", quiet=True))
    if kiosk.watched is None:
        return found
    words = TroubleWords(t, now_ms, lambda _, __: kiosk.config)
    for trouble in kiosk.watched.troubles:
        if trouble.name in FOR_MANAGERS:
            one = words.trouble(kiosk.watched, trouble)
            where = t.say_html("now.kiosk", kiosk=Name(kiosk.kiosk), touchpoint=Name(place), why=one.why)
            found.append(ShownTrouble(words.state(kiosk.watched.row, trouble), where, one.todo, quiet=False))
    return found


def _unheard(kiosk: KioskNow, place: str, summary: StoreSummary, t: Translator) -> Markup:
    name = Name(f"{kiosk.kiosk} ({place})")
    if kiosk.heard_ms is None:
        return t.say_html("kiosk.never", kiosk=name)
    heard = local_time(summary.figures.store.timezone, kiosk.heard_ms)
    return t.say_html("data.silent", kiosk=name, time=t.moment(heard, summary.now_day))
