"""The register's addresses: all claims, one of them, and giving one up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from server.access.people import CHAIN_ROLES
from server.audit import Act
from server.claims.choosing import noted_in
from server.claims.claim import Window, read_claims, todays
from server.claims.registering import give_up
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.life import read_life
from server.database.questions import wordings
from server.database.stores import all_stores
from server.errors import not_found
from server.survey.refusals import Refused
from server.web.claims_page import Place, Readable, ShownClaim
from server.web.definition_page import texts_of
from server.web.page import Page, page_asked
from server.web.visitor import allowed, by, reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint, Response
    from sqlalchemy import Connection, Engine

    from server.claims.claim import Claim
    from server.clock import Clock
    from server.settings import Settings

CLAIMS = "/head-office/claims"
# Lines of the register on one page, and notes beside one claim.
MOST_ROWS, MOST_NOTES = 20, 30


def add_claims(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the register for head office; a registered claim has no address that changes it."""

    def readable(connection: Connection) -> Readable:
        return read_for(connection, settings, clock.now_ms())

    @web.get(CLAIMS)
    def claims() -> str:
        with reading(engine) as connection:
            found = readable(connection)
        every = list(found.claims.values())
        first = MOST_ROWS * (page_asked() - 1)
        told = request.args.get("told", "")
        return render_template(
            "claims.html",
            page=found.page,
            t=found.t,
            rows=[found.row(claim) for claim in every[first : first + MOST_ROWS]],
            previous=page_asked() - 1,
            next=page_asked() + 1 if first + MOST_ROWS < len(every) else 0,
            told=found.t.say("told.claim-given-up") if told == "given-up" else "",
        )

    def one(number: int, status: int = 200, failed: Sequence[str] = (), reason: str = "") -> Response:
        with reading(engine) as connection:
            found = readable(connection)
            claim = claim_of(found, number)
            shown = ShownClaim(claim, found, _notes(connection, claim), found.t.formats.number(claim.faces))
        told = found.t.say("told.claim-registered") if request.args.get("told") == "registered" else ""
        body = render_template("claim.html", page=found.page, t=found.t, s=shown, told=told, failed=failed, reason=reason)
        return make_response(body, status)

    @web.get(f"{CLAIMS}/<int(max=2147483647):number>")
    def claim(number: int) -> Response:
        return one(number)

    @web.post(f"{CLAIMS}/<int(max=2147483647):number>/give-up")
    def end_claim(number: int) -> Any:
        reason = " ".join(request.form.get("reason", "").split())
        try:
            with writing(engine) as connection:
                found = readable(connection)
                give_up(connection, claim_of(found, number), reason, clock.now_ms(), who(found))
                note_act(connection, found, Act.CLAIM_GIVEN_UP, number, clock.now_ms())
        except Refused as error:
            return one(number, 400, [reader().tell(why) for why in error.why], reason)
        return redirect(found.page.to(CLAIMS, told="given-up"), 303)


def read_for(connection: Connection, settings: Settings, now_ms: int) -> Readable:
    """All claims for head office; raises Stranger, or the 404 of a page that does not exist for the reader's role."""
    person = allowed(connection, settings, now_ms, CHAIN_ROLES)
    page = Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)
    places = {row.id: Place(row.code, row.name) for row in all_stores(connection)}
    texts = {code: asked.text for code, asked in texts_of(wordings(connection), page.t).items()}
    return Readable(page, read_claims(connection), places, todays(connection, now_ms), now_ms, texts)


def who(found: Readable) -> str:
    """The reader's address, under which they register."""
    return found.page.person.email if found.page.person else ""


def note_act(connection: Connection, found: Readable, act: Act, number: int, now_ms: int) -> None:
    """Tell the audit log what the reader did with a claim."""
    if found.page.person:
        note(connection, now_ms, by(found.page.person), act, str(number))


def claim_of(found: Readable, number: int) -> Claim:
    """A claim by its number; raises the 404 of one that is not there."""
    if number not in found.claims:
        raise not_found()
    return found.claims[number]


def _notes(connection: Connection, claim: Claim) -> list[tuple[int, date, str]]:
    """What was noted for the claim's stores themselves on its days."""
    days = Window(claim.before.first, claim.after.end)
    found = [
        (store, date.fromordinal(noted.local_day), noted.words)
        for store in claim.stores
        for noted in noted_in(connection, store, days)
    ]
    return sorted(found, key=lambda note: note[1])[:MOST_NOTES]
