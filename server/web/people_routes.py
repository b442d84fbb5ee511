"""People and tokens: who may sign in, which programs may read; changed by administrators who gave their password again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from server.access import people, sessions, tokens
from server.access.passwords import LEAST
from server.access.people import ADMIN_ROLES, ROLES, Person
from server.database.engine import reading, writing
from server.database.life import read_life
from server.errors import Unfit, not_found
from server.web.page import Page, page_asked
from server.web.people_page import codes_typed, reason_words, shown_person, shown_token
from server.web.visitor import allowed, cookie_name, reader, safe_next

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint, Response
    from sqlalchemy import Connection, Engine

    from server.clock import Clock
    from server.settings import Settings

PAGE_PEOPLE = 50
MOST_TOKENS = 60
TOLD = {"person-added", "person-disabled", "person-enabled", "password-set", "token-revoked"}
MINUTES = sessions.CONFIRMED_FOR_MS // sessions.MINUTE_MS


class Unconfirmed(Exception):
    """A change was asked for, and the password was given too long ago."""


class PeoplePages:
    """What the pages of people and tokens share."""

    def __init__(self, settings: Settings, clock: Clock, engine: Engine) -> None:
        self.settings, self.clock, self.engine = settings, clock, engine

    @property
    def token(self) -> str:
        """The asker's session."""
        return request.cookies.get(cookie_name(self.settings), "")

    def admin(self, connection: Connection) -> Person:
        """The administrator who asks; 404 for anybody else."""
        return allowed(connection, self.settings, self.clock.now_ms(), ADMIN_ROLES)

    def listed(self, status: int = 200, *, failed: str = "", new: tuple[str, str] = ("", ""), wrong: str = "") -> Response:
        """Everybody, and all tokens; `new` is the name and text of a token made just now."""
        now_ms, number = self.clock.now_ms(), page_asked()
        with reading(self.engine) as connection:
            person = self.admin(connection)
            page = Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)
            found, keys = people.list_people(connection), tokens.list_tokens(connection)
            confirmed = sessions.is_confirmed(connection, self.token, now_ms)
        begin = PAGE_PEOPLE * (number - 1)
        if number > 1 and begin >= len(found):
            raise not_found()
        shown = [shown_token(one, now_ms, page.t) for one in keys]
        body = render_template(
            "people.html",
            page=page,
            t=page.t,
            people=[shown_person(one, page.t) for one in found[begin : begin + PAGE_PEOPLE]],
            previous=str(number - 1) if begin else "",
            next=str(number + 1) if begin + PAGE_PEOPLE < len(found) else "",
            tokens=sorted(shown, key=lambda one: not one.live)[:MOST_TOKENS],
            **self._common(page, confirmed=confirmed, failed=failed, wrong=wrong),
            new=new,
            roles=ROLES,
            most_days=tokens.MOST_DAYS,
            typed=request.form if failed else {},
        )
        return make_response(body, status)

    def one(self, number: int, status: int = 200, *, failed: str = "", wrong: str = "") -> Response:
        """One person with what can be done."""
        with reading(self.engine) as connection:
            person = self.admin(connection)
            page = Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)
            account = next((one for one in people.list_people(connection) if one.id == number), None)
            confirmed = sessions.is_confirmed(connection, self.token, self.clock.now_ms())
        if account is None:
            raise not_found()
        body = render_template(
            "person.html",
            page=page,
            t=page.t,
            one=shown_person(account, page.t),
            **self._common(page, confirmed=confirmed, failed=failed, wrong=wrong),
        )
        return make_response(body, status)

    def change(self, change: Callable[[Connection, Person], str]) -> str:
        """Do what an administrator with a fresh password asks for; raises Unconfirmed, and Unfit as the change does."""
        with writing(self.engine) as connection:
            person = self.admin(connection)
            if not sessions.is_confirmed(connection, self.token, self.clock.now_ms()):
                raise Unconfirmed
            return change(connection, person)

    def _common(self, page: Page, *, confirmed: bool, failed: str, wrong: str) -> dict[str, Any]:
        told = request.args.get("told", "")
        return {
            "confirmed": confirmed,
            "failed": [failed] if failed else [],
            "wrong": wrong,
            "told": page.t.say(f"told.{told}") if told in TOLD else "",
            "least": LEAST,
            "minutes": MINUTES,
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
        done = sessions.confirm(engine, clock.now_ms(), person, password, address, pages.token)
        if done.token is None:
            t = reader()
            wrong = t.say("sign-in.wait", done.wait_s) if done.wait_s else t.say("confirm.wrong")
            return pages.listed(429 if done.wait_s else 400, wrong=wrong)
        return redirect(_frame().to(safe_next(request.form.get("next") or "/people")), 303)

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

        return _done(pages, add, "/people", pages.listed)

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

        return _done(pages, change, f"/people/{number}", partial(pages.one, number))


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

        return _done(pages, revoke, "/people", pages.listed)


def _done(pages: PeoplePages, change: Callable[[Connection, Person], str], onward: str, again: Callable[..., Response]) -> Any:
    try:
        told = pages.change(change)
    except Unconfirmed:
        return again(403, failed=reader().say("confirm.needed"))
    except Unfit as error:
        return again(400, failed=reason_words(error, reader()))
    return redirect(_frame().to(onward, told=told), 303)


def _frame() -> Page:
    return Page(reader(), made_up=False)
