"""The probes' addresses: anybody may ask whether the server is up, and only the token's holder how it is doing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from server.settings import Settings

TOKEN = "a-token-of-thirty-two-letters-or-more"


@pytest.fixture
def watched(settings: Settings, clock: Any, engine: Engine) -> Iterator[FlaskClient]:
    app = create_app(replace(settings, metrics_token=TOKEN), clock, engine)
    yield app.test_client()
    app.extensions["salve_close"]()


def test_health_and_readiness_need_no_token(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "up"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_a_database_that_is_away_is_not_ready_and_gives_no_metrics(watched: FlaskClient, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE life RENAME TO elsewhere")
        connection.exec_driver_sql("ALTER TABLE counters RENAME TO counted_elsewhere")
        connection.commit()
    assert watched.get("/healthz").status_code == 200
    assert watched.get("/readyz").status_code == 503
    assert watched.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 503


def test_without_a_token_set_there_are_no_metrics(client: FlaskClient) -> None:
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
        assert client.get("/metrics", headers=header).status_code == 404


@pytest.mark.parametrize(
    "given", ["", TOKEN, f"Basic {TOKEN}", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer ü"]
)
def test_another_token_or_none_is_refused_with_a_problem(watched: FlaskClient, given: str) -> None:
    answer = watched.get("/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert b"salve_" not in answer.data


def test_the_token_opens_it(watched: FlaskClient) -> None:
    answer = watched.get("/metrics", headers={"Authorization": f"bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain")
    assert answer.headers["Cache-Control"] == "no-store"
