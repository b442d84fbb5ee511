"""The door for syncs, in front of Flask: kiosks ask for little else, and Flask's way costs more than storing one press."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import msgspec
from werkzeug.wrappers import Request

from server.errors import Refusal
from server.ingest.bodies import SYNC, decode, read_body
from server.ingest.callers import Acquaintances, key_of
from wire.encoding import CONTENT_TYPE
from wire.limits import MAX_SENT_BYTES, check_sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from sqlalchemy import Engine

    from server.ingest.writer import Writer
    from server.settings import Settings

PATH = "/api/v1/sync"
# Where in a request's environ the route of Flask finds what stood against answering it here.
TROUBLE = "salve.trouble"


class Sync(Request):
    """A kiosk's request; not a byte more is read of it than one may have."""

    max_content_length = MAX_SENT_BYTES


class Door:
    """A WSGI application that stores syncs; what it can not answer with 200 it leaves, with the reason, to the one behind it.

    Args:
        behind: Flask, which refuses as it refuses everything, and answers all other addresses.
        settings: names the hosts to answer as.
        engine: the database, for looking up keys.
        writer: stores what was sent.
        check: raises what no request may hold, whichever it is.
        headers: what every answer carries.
        count: counts an answer of 200.
    """

    def __init__(
        self,
        behind: WSGIApplication,
        settings: Settings,
        engine: Engine,
        writer: Writer,
        *,
        check: Callable[[Request], None],
        headers: Mapping[str, str],
        count: Callable[[], None],
    ) -> None:
        self._behind = behind
        self._hosts = list(settings.trusted_hosts)
        self._acquaintances = Acquaintances(engine)
        self._writer = writer
        self._check = check
        self._headers = [("Content-Type", CONTENT_TYPE), *headers.items()]
        self._count = count

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, as WSGI has it."""
        if environ["REQUEST_METHOD"] != "POST" or environ.get("PATH_INFO") != PATH:
            return self._behind(environ, start_response)
        try:
            reply = self._store(Sync(environ))
        except Exception as error:  # noqa: BLE001  (whatever it is, Flask's handlers know what to say of it)
            environ[TROUBLE] = error
            return self._behind(environ, start_response)
        self._count()
        own = [("Content-Length", str(len(reply))), ("X-Request-Id", secrets.token_hex(8))]
        start_response("200 OK", [*self._headers, *own])
        return [reply]

    def _store(self, request: Request) -> bytes:
        request.trusted_hosts = self._hosts
        _ = request.host  # which raises for one that is not trusted
        self._check(request)
        key = key_of(request)
        self._acquaintances.meet(key)
        try:
            body = read_body(request)
            message = decode(SYNC, body.json, check_sync)
        except Refusal:
            # Whose key was ended meanwhile shall hear of that first.
            self._acquaintances.meet(key, again=True)
            raise
        return msgspec.json.encode(self._writer.sync(message, key, body.sha256))
