"""The door for kiosks: enrol, sync, reconcile."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
from flask import Blueprint, Response, request

from server.database.engine import reading, writing
from server.database.enrolments import replaced_by
from server.database.failures import OperationalError
from server.database.life import read_life
from server.database.streams import progress
from server.errors import busy
from server.fleet.enrolment import enrol
from server.fleet.kiosks import AuthenticatedKiosk, authenticate, note_use
from server.ingest.bodies import ENROL, RECONCILE, SYNC, decode, read_body
from wire.encoding import CONTENT_TYPE
from wire.limits import check_enrol, check_reconcile, check_sync
from wire.messages import Progress, ReconcileReply, ReconcileRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.clock import Clock
    from server.ingest.writer import Writer
    from server.settings import Settings


def blueprint(settings: Settings, clock: Clock, engine: Engine, writer: Writer) -> Blueprint:
    """The three requests of a kiosk under /api/v1."""
    door = Blueprint("ingest", __name__, url_prefix="/api/v1")

    @door.post("/enrol")
    def post_enrol() -> Response:
        asked = decode(ENROL, read_body(request).json, check_enrol)
        with _busy_when_unreachable():
            reply = enrol(engine, clock, asked.code, asked.hardware, asked.software, request.remote_addr or "")
        return _json(reply, 201)

    @door.post("/sync")
    def post_sync() -> Response:
        kiosk = _kiosk(engine, clock)
        body = read_body(request)
        return _json(writer.sync(decode(SYNC, body.json, check_sync), kiosk, body.sha256))

    @door.post("/reconcile")
    def post_reconcile() -> Response:
        kiosk = _kiosk(engine, clock)
        asked = decode(RECONCILE, read_body(request).json, check_reconcile)
        with _busy_when_unreachable():
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


def _kiosk(engine: Engine, clock: Clock) -> AuthenticatedKiosk:
    given = request.authorization
    bearer = given.token if given is not None and given.type == "bearer" else None
    with _busy_when_unreachable(), reading(engine) as connection:
        return authenticate(connection, bearer, clock.now_ms())


@contextmanager
def _busy_when_unreachable() -> Iterator[None]:
    """A database that is locked for too long or away is no fault of the request: the kiosk shall come again."""
    try:
        yield
    except OperationalError as error:
        raise busy() from error


def _json(message: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(message), status, content_type=CONTENT_TYPE)
