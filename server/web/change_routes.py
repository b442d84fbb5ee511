"""Noting on a store's page what was changed on which day, and taking one's own note back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask import redirect, request

from server.access.scope import visible_store
from server.audit import Act
from server.comparison.periods import EARLIEST, local_today
from server.database.audit import note as note_act
from server.database.changes import note_change, remove_change
from server.database.engine import writing
from server.errors import Refusal, not_found
from server.web.page import kept_address
from server.web.visitor import by, signed_in

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings

# What stands beside a line has to be short.
MOST_LETTERS = 80
# Those who may note what the whole chain did.
CHAIN_ROLES = frozenset({"head-office", "admin"})


def add_changes(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add both forms' addresses, for whoever may see the store; forms of other sites are refused before."""

    @web.post("/stores/<code>/changes")
    def note(code: str) -> Any:
        now_ms = clock.now_ms()
        with writing(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            store = visible_store(connection, person, code)
            words = words_of(request.form.get("words", ""))
            day = day_of(request.form.get("day", ""), local_today(store.timezone, now_ms))
            whole_chain = request.form.get("stores") == "all" and person.role in CHAIN_ROLES
            note_change(connection, None if whole_chain else store.id, day.toordinal(), words, now_ms, person.email)
            about = "" if whole_chain else code
            note_act(connection, now_ms, by(person), Act.CHANGE_NOTED, about, day=day.isoformat(), words=words)
        return redirect(_back(code), 303)

    @web.post("/stores/<code>/changes/<int(max=2147483647):number>/remove")
    def remove(code: str, number: int) -> Any:
        with writing(engine) as connection:
            now_ms = clock.now_ms()
            person = signed_in(connection, settings, now_ms)
            store = visible_store(connection, person, code)
            if not remove_change(connection, store.id, number, person.email):
                raise not_found()
            note_act(connection, now_ms, by(person), Act.CHANGE_REMOVED, code, change=number)
        return redirect(_back(code), 303)


def words_of(text: str) -> str:
    """What was typed, in one line; raises a Refusal (400) for nothing, for too much, and for what no page can show."""
    words = " ".join(text.split())
    if not 1 <= len(words) <= MOST_LETTERS or not words.isprintable():
        raise _wrong("change-words", f"must have 1 to {MOST_LETTERS} letters")
    return words


def day_of(text: str, today: date) -> date:
    """The day that was typed; raises a Refusal (400) for what is no day, and for one that is still to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise _wrong("change-day", "must be a day like 2026-11-12") from error
    if not EARLIEST <= day <= today:
        raise _wrong("change-day", "must be today or before")
    return day


def _wrong(parameter: str, why: str) -> Refusal:
    return Refusal(400, "wrong-parameter", f"{parameter} {why}.", parameter=parameter)


def _back(code: str) -> str:
    return f"{kept_address(f'/stores/{code}')}#since"
