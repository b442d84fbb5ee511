"""Claims in the reader's words: the register with every fate, and one claim with what was registered and what it came to."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from server.claims.claim import CLOSING, DECIDED, GIVEN_UP, REPLACED, WAITING, course_of
from server.claims.counting import LEAST_PRESSES
from server.claims.repeating import level_of, verdict_of
from server.comparison.rounding import shown
from server.i18n.sentence import Day, Name, Sentence
from server.web.claim_chart import effect_chart
from server.web.claim_words import figure_words, signed_words, told_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from server.claims.claim import Claim, Course, Told
    from server.claims.result import StoreChange
    from server.i18n.translator import Translator
    from server.web.page import Page


class Place(NamedTuple):
    """A store's code and name."""

    code: str
    name: str


class ShownRow(NamedTuple):
    """One line of the register; `quiet` for what no longer stands."""

    id: int
    title: str
    figure: str
    registered: str
    days: str
    fate: Markup
    state: str
    quiet: bool


class ShownStore(NamedTuple):
    """One store of a claim; `left_out` says why it has no figures, before it is judged all are ""."""

    place: Place
    then: str
    since: str
    change: str
    presses: str
    left_out: str


class ShownTold(NamedTuple):
    """A result in sentences, with the day it was worked out on."""

    say: Markup
    when: str


class Readable:
    """What all pages of claims need: who reads, which day it is in every store, all claims by their id, the stores."""

    def __init__(
        self,
        page: Page,
        claims: Sequence[Claim],
        places: Mapping[int, Place],
        today: Mapping[int, int],
        now_ms: int,
        texts: Mapping[str, str],
    ) -> None:
        self.page, self.t = page, page.t
        self.claims = {claim.id: claim for claim in claims}
        self.places, self.today, self.texts = places, today, texts
        self.day: date = datetime.fromtimestamp(now_ms / 1000, UTC).date()

    def row(self, claim: Claim) -> ShownRow:
        """A claim's line in the register."""
        course = course_of(claim, self.today)
        return ShownRow(
            id=claim.id,
            title=claim.title,
            figure=figure_words(claim, self.t, self.texts),
            registered=self.made(claim),
            days=self.t.days(claim.after.first, claim.after.last, self.day),
            fate=self.fate(claim, course),
            state=course.state,
            quiet=course.state in {GIVEN_UP, REPLACED},
        )

    def made(self, claim: Claim) -> str:
        """When a claim was registered, by whom."""
        return self.t.say("claims.registered", date=self.on(claim.made_ms), who=claim.made_by)

    def fate(self, claim: Claim, course: Course) -> Markup:
        """What became of a claim, in sentences."""
        t = self.t
        if course.state == DECIDED:
            return t.paragraph([*told_words(claim, claim.results[0].result), *self._verdict(claim)])
        if claim.ending is not None and course.state == GIVEN_UP:
            who, why = Name(claim.ending.made_by), Name(claim.ending.reason)
            return t.say_html("claims.given-up", date=self.on(claim.ending.made_ms), who=who, reason=why)
        if course.state == REPLACED:
            return t.say_html("claims.replaced")
        if course.state == WAITING:
            return t.say_html("claims.waiting", date=Day(claim.after.first, self.day))
        if course.state == CLOSING:
            due = course.judged.toordinal() <= min(self.today[store] for store in claim.stores)
            return t.say_html("claims.due") if due else t.say_html("claims.closing", date=Day(course.judged, self.day))
        return t.say_html("claims.running", course.days_in, days=course.days)

    def on(self, at_ms: int) -> str:
        """The day of a moment."""
        return self.t.formats.long_day(datetime.fromtimestamp(at_ms / 1000, UTC).date())

    def _verdict(self, claim: Claim) -> list[Sentence]:
        first = self.claims.get(claim.repeats or 0)
        found = None if first is None else verdict_of(first, claim)
        return [] if found is None else [Sentence(f"claims.{found.verdict.replace('_', '-')}")]


class ShownClaim:
    """What the template of one claim places."""

    def __init__(self, claim: Claim, readable: Readable, notes: Sequence[tuple[int, date, str]], faces: str) -> None:
        t, near = readable.t, readable.day
        self.claim, self._r, self._t = claim, readable, t
        self.course = course_of(claim, readable.today)
        self.fate = readable.fate(claim, self.course)
        self.made = readable.made(claim)
        self.figure = figure_words(claim, t, readable.texts)
        self.direction = t.say(f"claims.{claim.direction}")
        self.matters = t.say("claims.points", claim.matters)
        self.start = t.formats.long_day(claim.start)
        self.before = t.days(claim.before.first, claim.before.last, near)
        self.after = t.days(claim.after.first, claim.after.last, near)
        versions = claim.definition_version, claim.filter_version
        self.rules = t.say("claims.rules", definition=versions[0], filter=versions[1], faces=faces)
        self.kin = self._kin()
        self.notes = [
            t.say_html("claims.note", store=Name(readable.places[store].name), date=Day(day, near), words=Name(words))
            for store, day, words in notes
        ]
        self.decided = self.course.state == DECIDED
        self.chance = self.whole = self.judged = ""
        self.sides = self._sides({})
        self.chart: Markup | str = ""
        self.recounts: list[ShownTold] = []
        if self.decided:
            self._tell(claim.results)

    @property
    def may_end(self) -> bool:
        """Whether it can still be given up."""
        return self.claim.stands and not self.claim.results

    @property
    def may_change(self) -> bool:
        """Whether it can still be written anew."""
        return self.course.state == WAITING

    def _tell(self, results: Sequence[Told]) -> None:
        t, found = self._t, results[0].result
        if found.p is not None:
            self.chance = t.say("claims.chance", math.ceil(100 * found.p - 1e-9), hundred=100)
        missing = [t.say("claims.missing", found.waiting)] if found.waiting else []
        missing += [t.say("claims.unheard", found.unheard)] if found.unheard else []
        self.whole = " ".join(missing) or t.say("claims.complete")
        self.judged = t.say("claims.judged", date=self._r.on(results[0].made_ms), rule=found.rule_version)
        self.sides = self._sides({one.store_id: one for one in found.stores})
        self.means = [signed_words(one, t) for one in (found.treated_change, found.control_change) if one is not None]
        self.chart = effect_chart(self.claim, found, t)
        self.recounts = [
            ShownTold(t.paragraph(told_words(self.claim, told.result)), self._r.on(told.made_ms)) for told in results[1:]
        ]

    def _sides(self, found: Mapping[int, StoreChange]) -> list[tuple[str, list[ShownStore]]]:
        sides = (("claims.treated", self.claim.treated), ("claims.control", self.claim.control))
        return [(name, [self._store(store, found.get(store)) for store in stores]) for name, stores in sides]

    def _store(self, store: int, found: StoreChange | None) -> ShownStore:
        t, place = self._t, self._r.places[store]
        if found is None:
            return ShownStore(place, "", "", "", "", "")
        first = found.presses[0]
        presses = t.say("claims.pair", before=first.before, after=first.after)
        if found.before is None or found.after is None or found.change is None:
            return ShownStore(place, "", "", "", presses, t.say(f"claims.left-{found.left_out}", least=LEAST_PRESSES))
        then, since = shown(found.before), shown(found.after)
        return ShownStore(place, _plain(then, t), _plain(since, t), signed_words(float(since - then), t), presses, "")

    def _kin(self) -> list[Markup]:
        claim, others = self.claim, self._r.claims
        asked = [("claims.instead-of", claim.replaces), ("claims.replaced-by", claim.replaced_by)]
        if claim.repeats in others:
            asked.append((f"claims.repeats-{level_of(others[claim.repeats], claim)}", claim.repeats))
        asked += [("claims.tried-again", other.id) for other in others.values() if other.repeats == claim.id]
        return [self._link(name, number) for name, number in asked if number in others]

    def _link(self, name: str, number: int | None) -> Markup:
        address = self._r.page.to(f"/head-office/claims/{number}")
        link = Markup('<a href="{}"><bdi>{}</bdi></a>').format(address, self._r.claims[number or 0].title)
        return self._t.say_html(name, claim=link)


def _plain(value: int, t: Translator) -> str:
    return t.formats.number(value)
