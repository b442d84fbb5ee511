"""Text that a database can not hold is refused at the door, on both databases, and never an error of the server's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.access.people import add_user
from server.access.sessions import sign_in
from server.access.tokens import add_token
from server.app import create_app
from server.database.engine import writing
from server.database.stores import add_store
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

PASSWORD = "nine blue kettles sing"
ZERO, LONE = "%00", "%ED%A0%80"


@pytest.fixture
def visitor(each_engine: Engine, settings: Any, clock: Any) -> Iterator[tuple[FlaskClient, dict[str, str]]]:
    """A client that is signed in for head office, and the headers of an export token."""
    engine = each_engine
    with writing(engine) as connection:
        install_starter(connection, clock.now_ms())
        add_store(connection, "S001", "Leeds", "Europe/London", "North", ["en"], "GB", clock.now_ms())
        add_user(connection, "office@example.org", PASSWORD, "head-office", [], clock.now_ms())
        token = add_token(connection, "probe", None, 90, clock.now_ms())
    app = create_app(settings, clock, engine)
    client = app.test_client()
    client.set_cookie("salve", sign_in(engine, clock.now_ms(), "office@example.org", PASSWORD, "127.0.0.1").token or "")
    yield client, {"Authorization": f"Bearer {token}"}
    app.extensions["salve_close"]()


@pytest.mark.parametrize("raw", [ZERO, LONE])
def test_a_form_that_no_database_can_hold_is_refused(visitor: tuple[FlaskClient, dict[str, str]], raw: str) -> None:
    client, _ = visitor
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    for address, form in (
        ("/sign-in", f"email=a{raw}b@example.org&password=x"),
        ("/sign-in", f"email=a@example.org&password=x{raw}y"),
        ("/fleet/move", f"kiosk=K-001{raw}&store=S001"),
        ("/fleet/move", f"kiosk=K-001&store=S001&touchpoint={raw}"),
    ):
        assert 400 <= client.post(address, data=form, headers=headers).status_code < 500, (address, form)


ADDRESSES = (
    *("/stores/S{}", "/stores/S001?period={}", "/stores/S001?lang={}", "/fleet?store={}", "/fleet?moved={}", "/{}"),
    *("/head-office?period={}", "/sign-in?next={}", "/api/v1/stores/{}/summary", "/api/v1/stores/S001/summary?period={}"),
    *("/api/v1/export/reactions.csv?store={}", "/api/v1/export/reactions.csv?from={}", "/api/v1/export/hourly.csv?store={}"),
)


def test_no_address_makes_the_server_fail(visitor: tuple[FlaskClient, dict[str, str]]) -> None:
    client, token = visitor
    for address in ADDRESSES:
        for raw in (ZERO, LONE, "%FF"):
            answer = client.get(address.format(raw), headers=token if address.startswith("/api/") else {})
            assert answer.status_code < 500, (address, raw)


def test_a_kiosk_that_sends_such_text_is_refused(visitor: tuple[FlaskClient, dict[str, str]]) -> None:
    client, _ = visitor
    for bad in ("\\u0000", "\\ud800"):
        for body in (
            f'{{"code": "K7QM-2WXR-9FTB{bad}", "hardware": "sha256:one", "software": "1"}}',
            f'{{"code": "K7QM-2WXR-9FTB", "hardware": "sha256:one{bad}", "software": "1"}}',
            f'{{"code": "K7QM-2WXR-9FTB", "hardware": "sha256:one", "software": "1{bad}"}}',
        ):
            answer = client.post("/api/v1/enrol", data=body, content_type="application/json")
            assert 400 <= answer.status_code < 500, body
