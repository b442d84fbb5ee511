"""People and tokens: who may sign in, which programs may read; changed by administrators who gave their password again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import redirect, request

from server.access import people, sessions, tokens
from server.access.people import Person
from server.audit import Act
from server.database.audit import note
from server.database.engine import reading
from server.errors import Unfit, not_found
from server.web.page import Page
from server.web.people_desk import PeoplePages, Unconfirmed, done
from server.web.people_page import codes_typed, reason_words
from server.web.visitor import by, reader, safe_next

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from sqlalchemy import Connection, Engine

    from server.clock import Clock
    from server.settings import Settings

# What is done to a person, what the audit log calls it, and what the page tells then.
DONE = {
    "password": (Act.PASSWORD_CHANGED, "password-set"),
    "enable": (Act.PERSON_ENABLED, "person-enabled"),
    "disable": (Act.PERSON_DISABLED, "person-disabled"),
}


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

        def add(connection: Connection, asker: Person) -> str:
            stores, now_ms = codes_typed(form.get("stores", "")), pages.clock.now_ms()
            email, role = form.get("email", "").strip(), form.get("role", "")
            people.add_user(connection, email, form.get("password", ""), role, stores, now_ms)
            note(connection, now_ms, by(asker), Act.PERSON_ADDED, email.lower(), role=role, stores=stores)
            return "person-added"

        return done(pages, add, "/people", pages.listed)

    @web.post("/people/<int:number>/<any(disable, enable, password):what>")
    def change_person(number: int, what: str) -> Any:
        def change(connection: Connection, asker: Person) -> str:
            account = next((one for one in people.list_people(connection) if one.id == number), None)
            if account is None:
                raise not_found()
            now_ms = pages.clock.now_ms()
            if what == "password":
                _give_password(pages, connection, asker, account)
            elif what == "enable":
                people.enable(connection, number)
            else:
                people.disable(connection, number, now_ms)
            act, told = DONE[what]
            note(connection, now_ms, by(asker), act, account.email)
            return told

        return done(pages, change, f"/people/{number}", partial(pages.one, number))


def _give_password(pages: PeoplePages, connection: Connection, asker: Person, account: people.Account) -> None:
    person, new = Person(account.id, account.email, account.role, ""), request.form.get("password", "")
    if person.id == asker.id:  # one's own session goes on
        sessions.replace_password(connection, person, new, pages.token)
    else:
        people.change_password(connection, person, new)


def _add_changes_of_tokens(web: Blueprint, pages: PeoplePages) -> None:
    @web.post("/people/tokens")
    def add_token() -> Any:
        form = request.form
        typed, name = form.get("days", ""), form.get("name", "").strip()

        def add(connection: Connection, asker: Person) -> str:
            stores, employees, now_ms = codes_typed(form.get("stores", "")), form.get("employees") == "1", pages.clock.now_ms()
            days = int(typed) if typed.isdecimal() and len(typed) <= 4 else 0
            text = tokens.add_token(connection, name, stores or None, days, now_ms, employees=employees)
            note(connection, now_ms, by(asker), Act.TOKEN_MADE, name, stores=stores, days=days, employees=employees)
            return text

        try:
            text = pages.change(add)
        except Unconfirmed:
            return pages.listed(403, failed=reader().say("confirm.needed"))
        except Unfit as error:
            return pages.listed(400, failed=reason_words(error, reader()))
        # Not redirected: the text is kept nowhere, so this answer is the only place that can show it.
        return pages.listed(new=(name, text))

    @web.post("/people/tokens/<key_id>/revoke")
    def revoke_token(key_id: str) -> Any:
        def revoke(connection: Connection, asker: Person) -> str:
            if key_id not in {one.key_id for one in tokens.list_tokens(connection)}:
                raise not_found()
            now_ms = pages.clock.now_ms()
            name = tokens.revoke_token(connection, key_id, now_ms)
            note(connection, now_ms, by(asker), Act.TOKEN_REVOKED, name)
            return "token-revoked"

        return done(pages, revoke, "/people", pages.listed)
