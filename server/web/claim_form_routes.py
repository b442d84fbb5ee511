"""The form's addresses: looking at a claim before it is registered, and registering it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from server.audit import Act
from server.claims.registering import look, register
from server.database.engine import reading, writing
from server.survey.definitions import current
from server.survey.refusals import Refused
from server.web.claim_form import Typed, options, typed_now, typed_of, wish_of
from server.web.claim_look import ShownLook
from server.web.claims_routes import CLAIMS, claim_of, note_act, read_for, who
from server.web.visitor import reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Blueprint, Response
    from sqlalchemy import Engine

    from server.claims.registering import Wish
    from server.clock import Clock
    from server.settings import Settings
    from server.survey.definition import Definition
    from server.web.claims_page import Readable

# So many stores can be ticked; more are typed as codes.
MOST_TICKS = 60


def add_claim_form(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the form for head office; what it registers no other address changes."""

    def form(typed: Typed, status: int = 200, failed: Sequence[str] = (), wish: Wish | None = None) -> Response:
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            found = read_for(connection, settings, now_ms)
            definition = current(connection)
            looked = None if wish is None else ShownLook(typed, wish, look(connection, wish, now_ms), found.t, found.day)
        places = sorted(found.places.values(), key=lambda place: place.code)
        body = render_template(
            "claim_form.html",
            page=found.page,
            t=found.t,
            typed=typed if looked is None else looked.typed,
            figures=_figures(found, definition),
            places=places if len(places) <= MOST_TICKS else [],
            failed=failed,
            looked=looked,
            kin=[(name, found.claims[number]) for name, number in _named(typed) if number in found.claims],
        )
        return make_response(body, status)

    @web.get(f"{CLAIMS}/register")
    def claim_form() -> Response:
        with reading(engine) as connection:
            found = read_for(connection, settings, clock.now_ms())
        codes = {number: place.code for number, place in found.places.items()}
        for name in ("instead", "repeats"):
            if name in request.args:
                claim = claim_of(found, request.args.get(name, 0, type=int))
                return form(typed_of(claim, codes, anew=name == "instead"))
        return form(Typed())

    @web.post(f"{CLAIMS}/register")
    def register_claim() -> Any:
        typed = typed_now()
        try:
            wish = wish_of(typed)
            if request.form.get("do") != "register":
                return form(typed, wish=wish)
            with writing(engine) as connection:
                found = read_for(connection, settings, clock.now_ms())
                number = register(connection, wish, clock.now_ms(), who(found))
                note_act(connection, found, Act.CLAIM_REGISTERED, number, clock.now_ms())
        except Refused as error:
            return form(typed, 400, [reader().tell(why) for why in error.why])
        return redirect(found.page.to(f"{CLAIMS}/{number}", told="registered"), 303)


def _figures(found: Readable, definition: Definition) -> list[tuple[str, str]]:
    t = found.t
    names = {"experience": t.say("label.experience"), "service": t.say("label.service"), "gap": t.say("claims.gap")}
    codes = (*definition.experience, *definition.service)
    return options([(code, found.texts.get(code, code)) for code in codes], names)


def _named(typed: Typed) -> list[tuple[str, int]]:
    named = (("claims.instead-of", typed.replaces), ("claims.repeats", typed.repeats))
    return [(name, int(text)) for name, text in named if text.isdecimal()]
