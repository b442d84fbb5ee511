"""People and tokens: who may sign in, which programs may read; changed by administrators who gave their password again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import redirect, request

from server.access import people, sessions, tokens
from server.access.people import Person
from server.database.engine import reading
from server.errors import Unfit, not_found
from server.web.page import Page
from server.web.people_desk import PeoplePages, Unconfirmed, done
from server.web.people_page import codes_typed, reason_words
from server.web.visitor import reader, safe_next

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from sqlalchemy import Connection, Engine

    from server.clock import Clock
    from server.settings import Settings


def add_people(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the pages."""
    pages = PeoplePages(settings, clock, engine)

    @web.get("/people")
    def all_people() -> Response:
        return pages.listed()

    @web.get("/people/<int:number>")
    def one_person(number: int) -> Response:
        return pages.one(number)

    @web.post("/people/confirm")
    def confirm() -> Any:
        with reading(engine) as connection:
            person = pages.admin(connection)
        password = request.form.get("password", "")
        address = request.remote_addr or ""
        known = sessions.confirm(engine, clock.now_ms(), person, password, address, pages.token)
        if known.token is None:
            t = reader()
            wrong = t.say("sign-in.wait", known.wait_s) if known.wait_s else t.say("confirm.wrong")
            return pages.listed(429 if known.wait_s else 400, wrong=wrong)
        return redirect(Page(reader(), made_up=False).to(safe_next(request.form.get("next") or "/people")), 303)

    _add_changes_of_people(web, pages)
    _add_changes_of_tokens(web, pages)


def _add_changes_of_people(web: Blueprint, pages: PeoplePages) -> None:
    @web.post("/people")
    def add_person() -> Any:
        form = request.form

        def add(connection: Connection, _: Person) -> str:
            stores = codes_typed(form.get("stores", ""))
            email, role = form.get("email", "").strip(), form.get("role", "")
            people.add_user(connection, email, form.get("password", ""), role, stores, pages.clock.now_ms())
            return "person-added"

        return done(pages, add, "/people", pages.listed)

    @web.post("/people/<int:number>/<any(disable, enable, password):what>")
    def change_person(number: int, what: str) -> Any:
        def change(connection: Connection, asker: Person) -> str:
            account = next((one for one in people.list_people(connection) if one.id == number), None)
            if account is None:
                raise not_found()
            if what == "password":
                return _give_password(pages, connection, asker, account)
            if what == "enable":
                people.enable(connection, number)
                return "person-enabled"
            people.disable(connection, number, pages.clock.now_ms())
            return "person-disabled"

        return done(pages, change, f"/people/{number}", partial(pages.one, number))


def _give_password(pages: PeoplePages, connection: Connection, asker: Person, account: people.Account) -> str:
    person, new = Person(account.id, account.email, account.role, ""), request.form.get("password", "")
    if person.id == asker.id:  # one's own session goes on
        sessions.replace_password(connection, person, new, pages.token)
    else:
        people.change_password(connection, person, new)
    return "password-set"


def _add_changes_of_tokens(web: Blueprint, pages: PeoplePages) -> None:
    @web.post("/people/tokens")
    def add_token() -> Any:
        form = request.form
        days = form.get("days", "")

        def add(connection: Connection, _: Person) -> str:
            return tokens.add_token(
                connection,
                form.get("name", "").strip(),
                codes_typed(form.get("stores", "")) or None,
                int(days) if days.isdecimal() and len(days) <= 4 else 0,
                pages.clock.now_ms(),
                employees=form.get("employees") == "1",
            )

        try:
            text = pages.change(add)
        except Unconfirmed:
            return pages.listed(403, failed=reader().say("confirm.needed"))
        except Unfit as error:
            return pages.listed(400, failed=reason_words(error, reader()))
        # Not redirected: the text is kept nowhere, so this answer is the only place that can show it.
        return pages.listed(new=(form.get("name", "").strip(), text))

    @web.post("/people/tokens/<key_id>/revoke")
    def revoke_token(key_id: str) -> Any:
        def revoke(connection: Connection, _: Person) -> str:
            if key_id not in {one.key_id for one in tokens.list_tokens(connection)}:
                raise not_found()
            tokens.revoke_token(connection, key_id, pages.clock.now_ms())
            return "token-revoked"

        return done(pages, revoke, "/people", pages.listed)
