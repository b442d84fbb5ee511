"""The door for programs: every export of what the asker may see, and a store's figures as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from server.access import sessions
from server.access.people import CHAIN_ROLES
from server.access.scope import hidden_dimensions, visible_store
from server.access.tokens import ExportToken, authenticate_token
from server.comparison.employees import employee_figures
from server.comparison.parts import read_lens
from server.comparison.periods import DEFAULT, local_today, parse_period
from server.comparison.summary import store_summary
from server.database.engine import reading
from server.database.export_columns import HOURLY, PARAMETERS, REACTIONS
from server.errors import not_found, token_unknown, unknown_parameter, wrong_parameter
from server.export.employees import employees_json
from server.export.file_routes import CURSOR_HEADER, month_wanted, send_month, send_sqlite
from server.export.openapi import document
from server.export.package import package_json
from server.export.producing import KINDS, SMALL, produce
from server.export.pulls import Pull, puller, said_of
from server.export.sending import Sender
from server.export.summary import summary_json
from server.export.tags import body_tag, closed_tag
from server.export.wanted import Wanted, flag, read_wanted

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from server.access.people import Person
    from server.clock import Clock
    from server.settings import Settings


def blueprint(settings: Settings, clock: Clock, engine: Engine) -> Blueprint:
    """The routes under /api/v1 that take an export token, or head office's session."""
    door = Blueprint("export", __name__, url_prefix="/api/v1")
    # The other half of the threads stays for kiosks and pages.
    desk = _Desk(settings, clock, engine, Sender(settings.threads // 2))
    # The names come one by one, so that a crawl of the routes sees each of them.
    for name in PARAMETERS:
        for kind in KINDS:
            fixed = {"name": name, "kind": kind}
            door.add_url_rule(f"/export/{name}.{kind}", f"{name}-{kind}", desk.table, defaults=fixed)
    door.add_url_rule("/export/datapackage.json", "datapackage", desk.datapackage)
    door.add_url_rule("/export/salve.sqlite", "sqlite", desk.sqlite)
    door.add_url_rule("/export/reactions/<month>.parquet", "parquet", desk.parquet)
    whole = document()
    door.add_url_rule("/openapi.json", "openapi", lambda: jsonify(whole))
    door.add_url_rule("/stores/<code>/summary", "summary", desk.summary)
    door.add_url_rule("/stores/<code>/employees", "employees", desk.employees)
    return door


@dataclass(frozen=True, slots=True)
class _Desk:
    """Answers the door's addresses."""

    settings: Settings
    clock: Clock
    engine: Engine
    sender: Sender

    def table(self, name: str, kind: str) -> Response:
        """An export of lines."""
        asker, now_ms = self._asker(), self.clock.now_ms()
        _only(*PARAMETERS[name], *(("bom", "raw") if kind == "csv" else ()), "gzip")
        asked = request.args
        tag = ""
        with reading(self.engine) as connection:
            wanted = _wanted(connection, asker)
            if name in {REACTIONS.name, HOURLY.name} and "after" not in asked:
                tag = closed_tag(connection, wanted, now_ms, name, kind, asked.get("bom"))
        wishes: dict[str, Any] = {
            "bom": flag("bom", asked.get("bom", "")),
            "after": asked.get("after", ""),
            "period": _period(),
        }
        export = produce(self.engine, now_ms, wanted, name, kind, **wishes)
        chunks = export.chunks
        if name in SMALL:
            body = b"".join(chunks)
            tag, chunks = body_tag(body), iter([body])
        pull = self._pull(asker, f"{name}.{kind}")
        make = pull.noted(lambda: chunks)
        answer = self.sender.send(pull.reader, f"{name}.{kind}", export.content_type, make, tag)
        if export.cursor:
            answer.headers[CURSOR_HEADER] = export.cursor
        return answer

    def datapackage(self) -> Response:
        """What every column means."""
        asker = self._asker()
        _only("gzip")
        with reading(self.engine) as connection:
            body = package_json(connection, _wanted(connection, asker))
        pull = self._pull(asker, "datapackage.json")
        make = pull.noted(lambda: iter([body]))
        return self.sender.send(pull.reader, "datapackage.json", "application/json", make, body_tag(body))

    def sqlite(self) -> Response:
        """Everything in one file."""
        asker = self._asker()
        _only("from", "to", "store", "period", "gzip")
        with reading(self.engine) as connection:
            wanted = _wanted(connection, asker)
        pull = self._pull(asker, "salve.sqlite")
        return send_sqlite(self.engine, self.sender, wanted, self.clock.now_ms(), _period(), pull)

    def parquet(self, month: str) -> Response:
        """One month's reactions."""
        asker = self._asker()
        _only("store", "gzip")
        with reading(self.engine) as connection:
            wanted = month_wanted(connection, asker, month, _stores())
        pull = self._pull(asker, f"reactions/{month}.parquet")
        return send_month(self.engine, self.sender, wanted, self.clock.now_ms(), month, pull)

    def summary(self, code: str) -> Response:
        """The figures of a store's page."""
        asker, now_ms = self._asker(), self.clock.now_ms()
        _only("period", "touchpoint", "question")
        with reading(self.engine) as connection:
            store = visible_store(connection, asker, code)
            period = parse_period(_period(), local_today(store.timezone, now_ms))
            lens = read_lens(request.args.get("touchpoint"), request.args.get("question"))
            body = summary_json(store_summary(connection, store, period, now_ms, lens))
        self._pull(asker, "summary", code).note_whole()
        return jsonify(body)

    def employees(self, code: str) -> Response:
        """The figures of a store's employees' page."""
        asker = self._asker()
        _only()
        with reading(self.engine) as connection:
            store = visible_store(connection, asker, code)
            if hidden_dimensions(asker):
                raise not_found()
            body = employees_json(employee_figures(connection, store, self.clock.now_ms()))
        self._pull(asker, "employees", code).note_whole()
        return jsonify(body)

    def _pull(self, asker: ExportToken | Person, name: str, store: str = "") -> Pull:
        said = said_of(request.args, [store] if store else _stores())
        return Pull(self.engine, self.clock, puller(asker, request.remote_addr or ""), name, said)

    def _asker(self) -> ExportToken | Person:
        """The bearer of a token; or somebody of head office by their session, for whom a GET is no more than a page."""
        kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if kind:
            if kind.lower() != "bearer":
                raise token_unknown()
            return authenticate_token(self.engine, bearer.strip(), self.clock.now_ms())
        cookie = request.cookies.get(self.settings.session_cookie)
        with reading(self.engine) as connection:
            person = sessions.who(connection, cookie, self.clock.now_ms())
        if person is None:
            raise token_unknown()
        if person.role not in CHAIN_ROLES:
            raise not_found()
        return person


def _only(*known: str) -> None:
    """Refuse (400) a parameter that this address does not have: a slip of the pen must not fetch more than was meant."""
    for name in request.args:
        if name not in known:
            raise unknown_parameter(name, known)
        if name != "store" and len(request.args.getlist(name)) > 1:
            raise wrong_parameter(name, "is there more than once, and only one can be meant")
    if request.args.get("period") and (request.args.get("from") or request.args.get("to")):
        raise wrong_parameter("period", "stands beside from or to; name a period or days")


def _wanted(connection: Connection, asker: ExportToken | Person) -> Wanted:
    asked = request.args
    raw = flag("raw", asked.get("raw", ""))
    return read_wanted(connection, asker, _stores(), asked.get("from", ""), asked.get("to", ""), raw=raw)


def _stores() -> list[str]:
    """The stores that the address names; a form that names none sends an empty one."""
    codes = request.args.getlist("store")
    return [] if codes == [""] else codes


def _period() -> str:
    return request.args.get("period", "") or DEFAULT
