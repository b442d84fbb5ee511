"""The audit log's page, for administration and head office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, request

from server.access.people import ADMIN_ROLES, CHAIN_ROLES
from server.audit import SUBJECTS
from server.comparison.periods import local_today
from server.database.audit import newest_entries
from server.database.audit_check import last_check
from server.database.engine import reading
from server.database.life import read_life
from server.errors import not_found
from server.i18n.sentence import Name
from server.web.audit_page import shown_entry, state_of
from server.web.page import Page, page_asked
from server.web.visitor import allowed, reader

if TYPE_CHECKING:
    from flask import Blueprint
    from sqlalchemy import Engine

    from server.clock import Clock
    from server.settings import Settings

PART = 20
ADDRESSES_KEPT_DAYS = 90
VERIFY = Name("salve-server audit verify")


def add_audit(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the page."""

    @web.get("/audit")
    def audit() -> str:
        now_ms, part, kind = clock.now_ms(), page_asked(), request.args.get("kind", "")
        if kind and kind not in SUBJECTS:
            raise not_found()
        begin = PART * (part - 1)
        with reading(engine) as connection:
            person = allowed(connection, settings, now_ms, CHAIN_ROLES)
            page = Page(reader(), made_up=read_life(connection).made_up, person=person, several=True)
            found = newest_entries(connection, PART + 1, begin, SUBJECTS[kind] if kind else ())
            last = last_check(connection)
        if begin and not found:
            raise not_found()
        today, addresses = local_today("UTC", now_ms), person.role in ADMIN_ROLES
        return render_template(
            "audit.html",
            page=page,
            t=page.t,
            state=state_of(last, page.t, today),
            broken=last is not None and last.fault > 0,
            command=VERIFY,
            entries=[shown_entry(one, page.t, today, addresses=addresses) for one in found[:PART]],
            kinds=[(one, page.t.say(f"audit.kind-{one}" if one else "audit.all")) for one in ("", *SUBJECTS)],
            kind=kind,
            part=part,
            previous=str(part - 1) if begin else "",
            next=str(part + 1) if len(found) > PART else "",
            days=ADDRESSES_KEPT_DAYS,
        )
