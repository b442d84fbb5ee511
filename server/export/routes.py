"""The door for programs: every export of what the asker may see, and a store's figures as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from server.access import sessions
from server.access.scope import visible_store
from server.access.tokens import ExportToken, authenticate_token
from server.comparison.periods import DEFAULT, local_today, parse_period
from server.comparison.summary import store_summary
from server.database.engine import reading
from server.errors import not_found, token_unknown, unknown_parameter
from server.export.columns import HOURLY, REACTIONS
from server.export.package import package_json
from server.export.producing import KINDS, PARAMETERS, SMALL, produce
from server.export.sending import Sender
from server.export.summary import summary_json
from server.export.tags import body_tag, closed_tag
from server.export.wanted import Wanted, flag, read_wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine

    from server.access.people import Person
    from server.clock import Clock
    from server.export.producing import Export
    from server.settings import Settings

CURSOR_HEADER = "Salve-Cursor"
# Whose session, without a token, gets what the page of exports offers.
EXPORTERS = frozenset({"head-office", "admin"})


def blueprint(settings: Settings, clock: Clock, engine: Engine) -> Blueprint:
    """The routes under /api/v1 that take an export token, or head office's session."""
    door = Blueprint("export", __name__, url_prefix="/api/v1")
    # The other half of the threads stays for kiosks and pages.
    sender = Sender(settings.threads // 2)

    def table(name: str, kind: str) -> Response:
        if name not in PARAMETERS or kind not in KINDS:
            raise not_found()
        asker = _asker(settings, engine, clock)
        _only(*PARAMETERS[name], *(("bom", "raw") if kind == "csv" else ()), "gzip")
        now_ms = clock.now_ms()
        with reading(engine) as connection:
            wanted = _wanted(connection, asker)
            tag = ""
            if name in {REACTIONS.name, HOURLY.name} and "after" not in request.args:
                tag = closed_tag(connection, wanted, now_ms, name, kind, request.args.get("bom"))
        export = _produced(engine, now_ms, wanted, name, kind)
        chunks = export.chunks
        if name in SMALL:
            body = b"".join(chunks)
            tag, chunks = body_tag(body), iter([body])
        answer = sender.send(f"{name}.{kind}", export.content_type, lambda: chunks, tag)
        if export.cursor:
            answer.headers[CURSOR_HEADER] = export.cursor
        return answer

    # The names come one by one, so that a crawl of the routes sees each of them.
    for name in PARAMETERS:
        for kind in KINDS:
            door.add_url_rule(f"/export/{name}.{kind}", f"{name}-{kind}", table, defaults={"name": name, "kind": kind})

    @door.get("/export/datapackage.json")
    def datapackage() -> Response:
        asker = _asker(settings, engine, clock)
        _only("gzip")
        with reading(engine) as connection:
            body = package_json(connection, _wanted(connection, asker))
        return sender.send("datapackage.json", "application/json", lambda: iter([body]), body_tag(body))

    @door.get("/stores/<code>/summary")
    def summary(code: str) -> Response:
        asker, now_ms = _asker(settings, engine, clock), clock.now_ms()
        _only("period")
        with reading(engine) as connection:
            store = visible_store(connection, asker, code)
            period = parse_period(request.args.get("period", DEFAULT), local_today(store.timezone, now_ms))
            return jsonify(summary_json(store_summary(connection, store, period, now_ms)))

    return door


def _asker(settings: Settings, engine: Engine, clock: Clock) -> ExportToken | Person:
    """Who asks: the bearer of a token; or somebody of head office by their session, for whom a GET is no more than a page."""
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind:
        if kind.lower() != "bearer":
            raise token_unknown()
        return authenticate_token(engine, bearer.strip(), clock.now_ms())
    with reading(engine) as connection:
        person = sessions.who(connection, request.cookies.get(settings.session_cookie), clock.now_ms())
    if person is None:
        raise token_unknown()
    if person.role not in EXPORTERS:
        raise not_found()
    return person


def _only(*known: str) -> None:
    """Refuse (400) a parameter that this address does not have: a slip of the pen must not fetch more than was meant."""
    for name in request.args:
        if name not in known:
            raise unknown_parameter(name, known)


def _wanted(connection: Connection, asker: ExportToken | Person) -> Wanted:
    asked = request.args
    raw = flag("raw", asked.get("raw", ""))
    return read_wanted(connection, asker, _stores(asked.getlist("store")), asked.get("from", ""), asked.get("to", ""), raw=raw)


def _stores(codes: Sequence[str]) -> Sequence[str]:
    """The stores that the address names; a form that names none sends an empty one."""
    return [] if list(codes) == [""] else codes


def _produced(engine: Engine, now_ms: int, wanted: Wanted, name: str, kind: str) -> Export:
    asked = request.args
    bom = flag("bom", asked.get("bom", ""))
    return produce(
        engine, now_ms, wanted, name, kind, bom=bom, after=asked.get("after", ""), period=asked.get("period", "") or DEFAULT
    )
