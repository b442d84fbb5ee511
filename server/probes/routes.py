"""The addresses of probes: /healthz and /readyz for everybody, /metrics for who has the token."""

from __future__ import annotations

import hmac
import logging
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from server.database.engine import reading
from server.database.failures import SQLAlchemyError
from server.database.life import read_life
from server.errors import busy, metrics_token_wrong, not_found
from server.probes.metrics import CONTENT_TYPE

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.probes.metrics import Metrics
    from server.settings import Settings

log = logging.getLogger("salve.server")


def blueprint(settings: Settings, engine: Engine, metrics: Metrics) -> Blueprint:
    """The probes; without a metrics token set there is no /metrics."""
    door = Blueprint("probes", __name__)

    @door.after_app_request
    def count(response: Response) -> Response:
        metrics.count(request.blueprint or "none", response.status_code)
        return response

    @door.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="up")

    @door.get("/readyz")
    def readyz() -> Response:
        try:
            with reading(engine) as connection:
                read_life(connection)
        except SQLAlchemyError as error:
            log.warning("not ready: %s", type(error).__name__)
            raise busy() from error
        return jsonify(status="ready")

    @door.get("/metrics")
    def get_metrics() -> Response:
        if not settings.metrics_token:
            raise not_found()
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        right = hmac.compare_digest(token.strip().encode(errors="replace"), settings.metrics_token.encode())
        if kind.lower() != "bearer" or not right:
            raise metrics_token_wrong()
        return Response(metrics.text(), content_type=CONTENT_TYPE)

    return door
