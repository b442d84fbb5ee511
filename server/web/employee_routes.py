"""The page of what a store's employees pressed, as far as it may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template

from server.access.people import OFFICE_ROLES
from server.access.scope import visible_store, visible_stores
from server.comparison.employees import LEAST, employee_figures
from server.database.engine import reading
from server.web.employee_page import ShownEmployees
from server.web.page import Page
from server.web.visitor import reader, signed_in

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings


def add_employees(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the page, for whoever may see the store."""

    @web.get("/stores/<code>/employees")
    def employees(code: str) -> str:
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            place = visible_store(connection, person, code)
            figures = employee_figures(connection, place, now_ms)
            several = person.role in OFFICE_ROLES or len(visible_stores(connection, person)) > 1
        t = reader(place.languages, place.territory)
        page = Page(t, made_up=figures.made_up, person=person, several=several, store=code)
        return render_template("employees.html", page=page, t=t, s=ShownEmployees(figures, t, now_ms), least=LEAST)
