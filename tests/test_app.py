"""What every answer of the server carries, and how it refuses programs and people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from flask import request

from server.app import create_app
from server.database.engine import writing

if TYPE_CHECKING:
    from conftest import FakeClock
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from server.settings import Settings


@pytest.mark.parametrize("path", ["/healthz", "/sign-in", "/api/v1/nothing", "/nothing", "/api/v1/export/reactions.csv"])
def test_every_answer_is_strict_and_is_not_kept(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert len(headers["X-Request-Id"]) == 16


def test_only_an_https_server_asks_for_https(settings: Settings, clock: FakeClock, engine: Engine, client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    app = create_app(replace(settings, public_url="https://salve.example"), clock, engine)
    try:
        assert "Strict-Transport-Security" in app.test_client().get("/healthz").headers
    finally:
        app.extensions["salve_close"]()


def test_a_program_is_refused_with_a_problem_and_a_person_with_a_page(client: FlaskClient) -> None:
    problem = client.get("/api/v1/nothing")
    assert (problem.status_code, problem.content_type) == (404, "application/problem+json")
    assert problem.json
    assert problem.json["code"] == "not-found"
    assert problem.json["request"] == problem.headers["X-Request-Id"]
    page = client.get("/nothing")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert client.get("/api/v1/sync").status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000"])
def test_a_strange_host_header_is_refused(client: FlaskClient, host: str) -> None:
    answer = client.get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert b"evil" not in answer.data


def test_what_fails_inside_tells_the_request_and_nothing_else(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ZeroDivisionError("a secret of ours")

    app.add_url_rule("/api/v1/fails", "fails", fail)
    app.add_url_rule("/fails", "fails-page", fail)
    answer = app.test_client().get("/api/v1/fails")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert b"secret" not in answer.data
    assert answer.headers["X-Request-Id"] in caplog.text
    page = app.test_client().get("/fails")
    assert page.status_code == 500
    assert b"secret" not in page.data


def test_ready_asks_the_database_and_healthy_does_not(client: FlaskClient, engine: Engine) -> None:
    assert client.get("/readyz").json == {"status": "ready"}
    with writing(engine) as connection:
        connection.exec_driver_sql("ALTER TABLE life RENAME TO elsewhere")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert client.get("/healthz").status_code == 200


def test_behind_one_proxy_the_forwarded_address_counts_and_without_none_does(
    settings: Settings, clock: FakeClock, engine: Engine
) -> None:
    for hops, expected in ((0, "127.0.0.1"), (1, "203.0.113.9")):
        app = create_app(replace(settings, proxy_hops=hops), clock, engine)
        seen: list[str | None] = []
        app.before_request(lambda seen=seen: seen.append(request.remote_addr))
        app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
        app.extensions["salve_close"]()
        assert seen == [expected]
