"""The page of recoveries, and saying "on it" or "done" to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request

from server.access.people import OFFICE_ROLES
from server.access.scope import visible_stores
from server.audit import Act
from server.comparison.live import pulse_of
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.life import read_life
from server.database.recoveries import DONE, recovery_of_id
from server.errors import not_found, wrong_parameter
from server.recovery.recoveries import recoveries_of, say
from server.web.page import Page, kept_address, page_asked
from server.web.recoveries_page import ShownRecoveries
from server.web.visitor import by, reader, signed_in

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings


def add_recoveries(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add both addresses, for everyone who is signed in, each with the recoveries of their own stores."""

    @web.get("/recoveries")
    def recoveries() -> str:
        now_ms, part = clock.now_ms(), page_asked()
        with reading(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            stores = visible_stores(connection, person)
            found = recoveries_of(connection, stores, part)
            made_up, pulse = read_life(connection).made_up, pulse_of(connection, stores)
        if part > found.parts:
            raise wrong_parameter("page", "is beyond the list's end")
        alone = stores[0] if len(stores) == 1 else None
        t = reader(*((alone.languages, alone.territory) if alone else ()))
        several = person.role in OFFICE_ROLES or len(stores) > 1
        page = Page(t, made_up=made_up, person=person, several=several, store=alone.code if alone and not several else "")
        shown = ShownRecoveries(found, t, now_ms, part, pulse)
        return render_template("recoveries.html", page=page, t=t, s=shown, zone=alone.timezone if alone else "UTC")

    @web.post("/recoveries/<int(max=2147483647):number>/<any(acknowledged, done):what>")
    def say_of_recovery(number: int, what: str) -> Any:
        now_ms = clock.now_ms()
        with writing(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            row = recovery_of_id(connection, number)
            store = next((one for one in visible_stores(connection, person) if row and one.id == row.store_id), None)
            if row is None or store is None:
                raise not_found()
            # Whether this was the first to say so or not, the page that follows says who was, and how it stands.
            if say(connection, row, what, person, now_ms):
                act = Act.RECOVERY_DONE if what == DONE else Act.RECOVERY_TAKEN
                note(connection, now_ms, by(person), act, row.kiosk, store=store.code, recovery=number)
        if request.form.get("back") == "store":
            return redirect(f"{kept_address(f'/stores/{store.code}')}#now", 303)
        return redirect(f"{Page(reader(), made_up=False).to('/recoveries')}#r{number}", 303)
