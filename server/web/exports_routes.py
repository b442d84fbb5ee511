"""Head office's page of exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from server.access.people import CHAIN_ROLES
from server.access.scope import visible_stores
from server.comparison.periods import local_today
from server.database.engine import reading
from server.database.life import read_life
from server.i18n.sentence import Name
from server.web.exports_page import read_choice, shown_exports
from server.web.page import Page
from server.web.visitor import allowed, reader

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings


def add_exports(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the page for those who see the whole chain."""

    @web.get("/head-office/exports")
    def exports() -> str:
        with reading(engine) as connection:
            person = allowed(connection, settings, clock.now_ms(), CHAIN_ROLES)
            stores = visible_stores(connection, person)
            page = Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)
        choice = read_choice(request.args, [store.code for store in stores])
        shown = shown_exports(choice, page.t, settings.public_url, local_today("UTC", clock.now_ms()))
        return render_template(
            "exports.html", page=page, t=page.t, exports=shown, choice=choice, stores=stores, after=Name("after=")
        )
