"""The page of HX, for those who see several stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from server.access.people import CHAIN_ROLES, OFFICE_ROLES
from server.access.scope import visible_stores
from server.comparison.human import human_experience
from server.database.engine import reading
from server.web.human_page import ShownHuman
from server.web.page import Page
from server.web.visitor import allowed, reader

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings


def add_human(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the page: of all stores for head office, of their own for a region."""

    @web.get("/head-office/hx")
    def human() -> str:
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            person = allowed(connection, settings, now_ms, OFFICE_ROLES)
            found = human_experience(connection, visible_stores(connection, person), now_ms)
        t = reader()
        page = Page(t, made_up=found.made_up, person=person, several=True)
        may_change = person.role in CHAIN_ROLES
        return render_template("human.html", page=page, t=t, s=ShownHuman(found, t, now_ms), may_change=may_change)
