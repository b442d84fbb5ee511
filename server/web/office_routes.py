"""The addresses of all stores: head office's page, the one of those who have several, and what makes them look again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from server.access.people import OFFICE_ROLES
from server.access.scope import visible_stores
from server.comparison.live import pulse_of
from server.comparison.office import office as read_office
from server.comparison.summary import chain_summary
from server.database.engine import reading
from server.errors import not_found
from server.web import head_office
from server.web.office_rows import BY_GROUP
from server.web.page import Page, page_asked, period_asked
from server.web.visitor import reader, signed_in

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.comparison.chain import Figures
    from server.settings import Settings

EVERYTHING = frozenset({"head-office", "admin"})


def add_office(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the pages of several stores to the pages' blueprint."""

    def stores_page(*, office: bool) -> str:
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            if office and person.role not in OFFICE_ROLES:
                raise not_found()
            visible, order = visible_stores(connection, person), office_order()
            summary = chain_summary(connection, head_office.in_region(visible, order), period_asked(), now_ms)
            part = head_office.part_of(summary, order, head_office.regions_of(visible))
            added = read_office(connection, summary, part.stores)
            pulse = pulse_of(connection, visible)
        page = Page(reader(), made_up=summary.made_up, person=person, several=True)

        def link(figures: Figures) -> str:
            return page.to(f"/stores/{figures.store.code}", period=summary.period.text)

        shown = head_office.ShownChain(summary, added, part, page.t, link, pulse, now_ms)
        everything, url = person.role in EVERYTHING, settings.public_url
        return render_template("stores.html", page=page, t=page.t, s=shown, everything=everything, url=url)

    @web.get("/head-office")
    def office() -> str:
        return stores_page(office=True)

    @web.get("/stores")
    def stores() -> str:
        return stores_page(office=False)

    @web.get("/pulse")
    def pulse() -> Response:
        with reading(engine) as connection:
            person = signed_in(connection, settings, clock.now_ms())
            return Response(str(pulse_of(connection, visible_stores(connection, person))), mimetype="text/plain")


def office_order() -> head_office.Order:
    """How the address asks the list of stores to be sorted and cut."""
    asked = request.args
    funnel = asked.get("funnel", head_office.FUNNELS[0])
    return head_office.Order(asked.get("sort", BY_GROUP), page_asked(), asked.get("region", ""), funnel)
