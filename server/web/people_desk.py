"""What the pages of people and tokens share: who may ask, what is shown, and that changes need a password given lately."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from server.access import people, sessions, tokens
from server.access.passwords import LEAST
from server.access.people import ADMIN_ROLES, ROLES, Person
from server.database.engine import reading, writing
from server.database.life import read_life
from server.errors import Unfit, not_found
from server.web.page import Page, page_asked
from server.web.people_page import reason_words, shown_person, shown_token
from server.web.visitor import allowed, cookie_name, reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response
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


def done(pages: PeoplePages, change: Callable[[Connection, Person], str], onward: str, again: Callable[..., Response]) -> Any:
    """Make a change and go `onward`, or show the page `again` with why nothing was changed."""
    try:
        told = pages.change(change)
    except Unconfirmed:
        return again(403, failed=reader().say("confirm.needed"))
    except Unfit as error:
        return again(400, failed=reason_words(error, reader()))
    return redirect(Page(reader(), made_up=False).to(onward, told=told), 303)
