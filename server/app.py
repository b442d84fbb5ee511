"""Puts the server together: one Flask app with its doors, its writer, and what every answer carries."""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, g, jsonify, request
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from server.clock import Clock, SystemClock
from server.database.engine import make_engine
from server.database.failures import OperationalError, first_line
from server.errors import Refusal, busy, malformed, too_large
from server.export import routes as export_routes
from server.ingest import routes as ingest_routes
from server.ingest.door import Door
from server.ingest.writer import Writer
from server.probes import routes as probe_routes
from server.probes.metrics import Metrics
from server.web import routes as web_routes
from wire.limits import MAX_SENT_BYTES

if TYPE_CHECKING:
    from flask import Response
    from sqlalchemy import Engine
    from werkzeug.wrappers import Request

    from server.settings import Settings


log = logging.getLogger("salve.server")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOT_KEPT = {"Cache-Control": "no-store"}


def create_app(settings: Settings, clock: Clock | None = None, engine: Engine | None = None) -> Flask:
    """The server as a WSGI application over a database that is already up to date.

    `app.extensions["salve_close"]()` ends the writer after its last commit; call it once when serving is over.
    """
    clock = clock or SystemClock()
    engine = engine or make_engine(settings.database_url, settings.archive)
    writer = Writer(settings, clock, engine)
    writer.start()
    app = Flask(__name__, static_folder=None)
    app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    app.config["MAX_CONTENT_LENGTH"] = MAX_SENT_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_SENT_BYTES
    app.secret_key = settings.secret_key
    app.register_blueprint(ingest_routes.blueprint(clock, engine))
    app.register_blueprint(export_routes.blueprint(settings, clock, engine))
    app.register_blueprint(web_routes.blueprint(settings, clock, engine))
    app.extensions["salve_close"] = writer.close
    metrics = Metrics(clock, engine, writer)
    app.register_blueprint(probe_routes.blueprint(settings, engine, metrics))
    headers = _headers(settings)
    _add_answers(app, headers)
    app.wsgi_app = Door(  # type: ignore[method-assign]
        app.wsgi_app,
        settings,
        engine,
        writer,
        check=_refuse_zero,
        headers=headers | NOT_KEPT,
        count=lambda: metrics.count("ingest", 200),
    )
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _headers(settings: Settings) -> dict[str, str]:
    """What every answer of this server carries."""
    strict = {"Strict-Transport-Security": "max-age=31536000"} if settings.public_url.startswith("https:") else {}
    return HEADERS | strict


def _add_answers(app: Flask, headers: dict[str, str]) -> None:
    """What every answer carries, and what a refusal looks like to a program and to a person."""

    @app.before_request
    def name_request() -> None:
        g.request_id = secrets.token_hex(8)
        _refuse_zero(request)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in (headers if request.endpoint == "web.static" else headers | NOT_KEPT).items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("X-Request-Id", g.get("request_id", ""))
        return response

    app.register_error_handler(Refusal, _refuse)
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(OperationalError, _wait)
    app.register_error_handler(Exception, _fail)


def _refuse(refusal: Refusal) -> Response:
    if not _for_program():
        return web_routes.error_page(refusal.status, refusal.retry_after_s)
    return _problem(refusal.status, refusal.code, refusal.sentence, refusal.retry_after_s, **refusal.facts)


def _answer(error: HTTPException) -> Response:
    status = error.code or 500
    if isinstance(error, SecurityError):
        # A strange Host header may not steer what a page says, so it gets the plainest answer.
        return _problem(status, "host-not-trusted", "This server does not answer to that host name.")
    if not _for_program():
        return web_routes.error_page(status)
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return _refuse(too_large())
    return _problem(status, (error.name or "error").lower().replace(" ", "-"), error.description or "This did not work.")


def _wait(error: OperationalError) -> Response:
    # Locked, full or away: trying again helps, and nothing was half done.
    log.warning("request %s found the database %s", g.get("request_id", ""), first_line(error))
    return _refuse(busy())


def _fail(error: Exception) -> Response:
    log.error("request %s failed", g.get("request_id", ""), exc_info=error)
    if _for_program():
        return _problem(500, "failed", "The server failed to answer this. Nothing was half done; try again later.")
    return web_routes.error_page(500)


def _refuse_zero(asked: Request) -> None:
    """Refuse an address or form with the one letter that PostgreSQL has in no text, and no cookie or header may carry."""
    texts = [asked.path, *asked.args, *(value for values in asked.args.listvalues() for value in values)]
    if not _for_program(asked):
        texts += [text for name, values in asked.form.lists() for text in (name, *values)]
    if any("\0" in text for text in texts):
        raise malformed("no text here may hold a zero byte")


def _for_program(asked: Request = request) -> bool:
    return asked.path.startswith("/api/") or asked.path in {"/healthz", "/readyz", "/metrics"}


def _problem(status: int, code: str, sentence: str, retry_after_s: int | None = None, **facts: object) -> Response:
    """An application/problem+json answer (RFC 9457) with a code, a sentence and the request's id."""
    response = jsonify(title=sentence, status=status, code=code, detail=sentence, request=g.get("request_id", ""), **facts)
    response.status_code = status
    response.content_type = "application/problem+json"
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
