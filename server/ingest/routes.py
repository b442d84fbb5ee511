"""The doors for kiosks: enrol and reconcile, and why a sync was not taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import msgspec
from flask import Blueprint, Response, request

from server.database.engine import reading, writing
from server.database.enrolments import replaced_by
from server.database.life import read_life
from server.database.streams import progress
from server.fleet.enrolment import enrol
from server.fleet.kiosks import AuthenticatedKiosk, note_use
from server.ingest.bodies import ENROL, RECONCILE, decode, read_body
from server.ingest.callers import busy_when_unreachable, caller, key_of
from server.ingest.door import TROUBLE
from wire.encoding import CONTENT_TYPE
from wire.limits import check_enrol, check_reconcile
from wire.messages import Progress, ReconcileReply, ReconcileRequest

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.clock import Clock


def blueprint(clock: Clock, engine: Engine) -> Blueprint:
    """The three requests of a kiosk under /api/v1."""
    door = Blueprint("ingest", __name__, url_prefix="/api/v1")

    @door.post("/enrol")
    def post_enrol() -> Response:
        asked = decode(ENROL, read_body(request).json, check_enrol)
        with busy_when_unreachable():
            reply = enrol(engine, clock, asked.code, asked.hardware, asked.software, request.remote_addr or "")
        return _json(reply, 201)

    @door.post("/sync")
    def post_sync() -> NoReturn:
        # The door in front of Flask takes every sync, and lets through what it has to be refused for.
        raise request.environ[TROUBLE]

    @door.post("/reconcile")
    def post_reconcile() -> Response:
        kiosk = caller(engine, key_of(request))
        asked = decode(RECONCILE, read_body(request).json, check_reconcile)
        with busy_when_unreachable():
            if not kiosk.key_used:
                with writing(engine) as connection:
                    note_use(connection, kiosk, clock.now_ms())
            return _json(_reconcile(engine, kiosk, asked, clock.now_ms()))

    return door


def _reconcile(engine: Engine, kiosk: AuthenticatedKiosk, asked: ReconcileRequest, now_ms: int) -> ReconcileReply:
    with reading(engine) as connection:
        life = read_life(connection)
        owners = [kiosk.id, *replaced_by(connection, kiosk.hardware)]
        found = progress(connection, list(set(asked.streams)), owners, kiosk.id, life.safe_position)
    return ReconcileReply(life.epoch, [Progress(*found.get(token, (0, 0))) for token in asked.streams], now_ms)


def _json(message: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(message), status, content_type=CONTENT_TYPE)
