"""One's own account: the language of the pages, and another password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from server.access import people, sessions
from server.access.passwords import LEAST
from server.access.people import OFFICE_ROLES
from server.access.scope import visible_stores
from server.audit import Act
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.life import read_life
from server.errors import Unfit, wrong_parameter
from server.i18n.translator import LANGUAGES
from server.web.page import Page
from server.web.people_page import reason_words
from server.web.visitor import LANGUAGE_COOKIE, by, cookie_name, reader, secure, signed_in

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings

TOLD = {"language-kept", "password-set"}


def add_account(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the page, for everyone who is signed in."""

    def page(status: int = 200, failed: str = "") -> Response:
        with reading(engine) as connection:
            person = signed_in(connection, settings, clock.now_ms())
            several = person.role in OFFICE_ROLES or len(visible_stores(connection, person)) > 1
            frame = Page(reader(), made_up=read_life(connection).made_up, person=person, several=several)
        told = request.args.get("told", "")
        body = render_template(
            "account.html",
            page=frame,
            t=frame.t,
            languages=LANGUAGES,
            chosen=person.language,
            told=frame.t.say(f"told.{told}") if told in TOLD else "",
            failed=[failed] if failed else [],
            least=LEAST,
        )
        return make_response(body, status)

    @web.get("/account")
    def account() -> Response:
        return page()

    @web.post("/account/language")
    def language() -> Any:
        chosen = request.form.get("language", "")
        if chosen and chosen not in LANGUAGES:
            raise wrong_parameter("language", "is none of those that there are")
        with writing(engine) as connection:
            people.choose_language(connection, signed_in(connection, settings, clock.now_ms()), chosen)
        # Neither this address nor an older choice on this machine shall speak against the account's.
        response = make_response(redirect("/account?told=language-kept", 303))
        response.delete_cookie(LANGUAGE_COOKIE, path="/", secure=secure(settings), httponly=True, samesite="Lax")
        return response

    @web.post("/account/password")
    def password() -> Any:
        now_ms, token = clock.now_ms(), request.cookies.get(cookie_name(settings), "")
        with reading(engine) as connection:
            person = signed_in(connection, settings, now_ms)
        old, new = request.form.get("old-password", ""), request.form.get("password", "")
        known = sessions.confirm(engine, now_ms, person, old, request.remote_addr or "", token)
        if known.token is None:
            t = reader()
            return page(429, t.say("sign-in.wait", known.wait_s)) if known.wait_s else page(400, t.say("confirm.wrong"))
        try:
            with writing(engine) as connection:
                sessions.replace_password(connection, person, new, token)
                note(connection, now_ms, by(person), Act.PASSWORD_CHANGED, person.email)
        except Unfit as error:
            return page(400, reason_words(error, reader()))
        return redirect(Page(reader(), made_up=False).to("/account", told="password-set"), 303)
