"""The fleet page's addresses: looking at kiosks, and moving one to another store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import make_response, redirect, render_template, request

from server.access.scope import visible_stores
from server.audit import Act
from server.database.audit import note
from server.database.engine import reading, writing
from server.database.fleet import heard_days
from server.database.kiosks import config_body
from server.database.life import read_life
from server.errors import Unfit, not_found, wrong_parameter
from server.fleet.kiosks import move
from server.fleet.states import DAY_MS
from server.fleet.watching import UNIX_EPOCH_DAY, look
from server.i18n.sentence import Name
from server.web.fleet_page import MOST_STORES_LISTED, PART_KIOSKS, ShownFleet
from server.web.heard_bars import DAYS
from server.web.page import Page, page_asked
from server.web.visitor import by, reader, signed_in

if TYPE_CHECKING:
    from flask import Blueprint, Response
    from sqlalchemy import Engine

    from server.access.scope import StoreRef
    from server.clock import Clock
    from server.settings import Settings

MOVERS = frozenset({"head-office", "admin"})


def add_fleet(web: Blueprint, settings: Settings, clock: Clock, engine: Engine) -> None:
    """Add the page for everyone who is signed in, each with the kiosks of their own stores."""

    def page(status: int, *, failed: bool = False) -> Response:
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            person = signed_in(connection, settings, now_ms)
            stores = visible_stores(connection, person)
            asked = _asked(stores, request.args.get("store", ""))
            watched = look(connection, now_ms, [store.id for store in asked])
            heard = heard_days(connection, UNIX_EPOCH_DAY + now_ms // DAY_MS - DAYS + 1)
            made_up = read_life(connection).made_up
            here = asked if len(stores) == 1 else ()
            t = reader(*((here[0].languages, here[0].territory) if here else ()))
            part = page_asked()
            if part > max(1, -(-len(watched) // PART_KIOSKS)):
                raise wrong_parameter("page", "is beyond the list's end")
            shown = ShownFleet(
                watched, heard, lambda kiosk_id, version: config_body(connection, kiosk_id, version), t, now_ms, part=part
            )
        moved = next((one for one in watched if one.row.code == request.args.get("moved")), None)
        frame = Page(t, made_up=made_up, person=person, several=len(stores) > 1)
        body = render_template(
            "fleet.html",
            page=frame,
            t=t,
            s=shown,
            stores=stores,
            listed=len(stores) <= MOST_STORES_LISTED,
            asked=asked[0].code if len(asked) == 1 else "",
            may_move=person.role in MOVERS,
            moved=moved and t.say_html("fleet.moved", kiosk=Name(moved.row.code), store=Name(moved.row.store_name)),
            failed=failed,
        )
        return make_response(body, status)

    @web.get("/fleet")
    def fleet() -> Response:
        return page(200)

    @web.post("/fleet/move")
    def move_kiosk() -> Any:
        code, store = request.form.get("kiosk", ""), request.form.get("store", "")
        now_ms = clock.now_ms()
        try:
            with writing(engine) as connection:
                person = signed_in(connection, settings, now_ms)
                stores = visible_stores(connection, person)
                known = {one.row.code for one in look(connection, now_ms, [one.id for one in stores])}
                if person.role not in MOVERS or code not in known or store not in {one.code for one in stores}:
                    raise not_found()
                touchpoint = request.form.get("touchpoint", "").strip() or None
                move(connection, code, store, now_ms, touchpoint)
                note(connection, now_ms, by(person), Act.KIOSK_MOVED, code, store=store, touchpoint=touchpoint)
        except Unfit:
            return page(400, failed=True)
        kept = {name: request.args[name] for name in ("lang",) if name in request.args}
        return redirect(Page(reader(), made_up=False).to("/fleet", moved=code, **kept), 303)


def _asked(stores: tuple[StoreRef, ...], code: str) -> tuple[StoreRef, ...]:
    """The stores that the address asks for; one that the asker may not see answers like one that does not exist."""
    if not code:
        return stores
    found = tuple(store for store in stores if store.code == code)
    if not found:
        raise not_found()
    return found
