"""Only this machine's own browser may use the kiosk's page: hosts, origins, headers and the form of refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from kiosk.settings import LOOPBACK

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
MAX_BODY_BYTES = 16 * 1024


def protect(app: Flask) -> None:
    """Refuse strangers before any page is made, and give every answer its headers."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(_refuse_strangers)
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _refusal)


def refuse(status: int, code: str, sentence: str) -> Response:
    """A refusal that a program can read."""
    body = {"type": "about:blank", "title": sentence, "status": status, "code": code}
    return Response(json.dumps(body), status, mimetype="application/problem+json")


def _refuse_strangers() -> Response | None:
    # A page elsewhere can point a name of its own at 127.0.0.1; only the Host header tells.
    if _host_name(f"//{request.host}") not in LOOPBACK:
        return refuse(400, "foreign-host", "This page answers on this machine's own address only.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return refuse(400, "foreign-origin", "Another site may not use this page.")
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return refuse(400, "foreign-origin", "Another site may not use this page.")
    return None


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _headers(response: AnyResponse) -> AnyResponse:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def _refusal(error: HTTPException) -> Response:
    status = error.code or 500
    sentences = {
        404: "There is no such page on this kiosk.",
        405: "This address does not take that.",
        413: "That is more than a press can be.",
        500: "The kiosk's page failed; its buttons go on counting.",
    }
    return refuse(status, error.name.lower().replace(" ", "-"), sentences.get(status, "This can not be understood."))
