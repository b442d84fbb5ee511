"""Gives pages their chain of stores, people who are signed in, and the app on a port."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from databases import DATABASES
from shops import MADE_MS, Shops
from waitress.server import create_server

from server.access.people import add_user
from server.database.engine import writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

PASSWORD = "correct horse battery"
OURS = {"Origin": "http://localhost"}


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """This room's tests run on both databases."""
    return str(request.param)


@pytest.fixture
def shops(engine: Engine) -> Shops:
    return Shops(engine)


@pytest.fixture
def sign_in(app: Flask, shops: Shops) -> Callable[..., FlaskClient]:
    """Adds a person of a role, bound to the stores named, and gives a client that is signed in as them."""

    def signed_in(role: str, *codes: str, email: str = "") -> FlaskClient:
        address = email or f"{role}@demo.example"
        with writing(shops.engine) as connection:
            add_user(connection, address, PASSWORD, role, codes, MADE_MS)
        client = app.test_client()
        answer = client.post("/sign-in", data={"email": address, "password": PASSWORD}, headers=OURS)
        assert answer.status_code == 303
        return client

    return signed_in


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a port of loopback, for a browser."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(5)
