"""A store with one enrolled kiosk, on either database, and requests as that kiosk would send them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from databases import DATABASES
from sqlalchemy import Engine, select

from server.app import create_app
from server.database.engine import reading, writing
from server.database.questions import add_question, install_answers
from server.database.rollup_check import check
from server.database.stores import add_store
from server.fleet.enrolment import enrol, make_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import Table
    from werkzeug.test import TestResponse

    from server.settings import Settings

WORDS = {"question": "Well?", "positive": "Yes", "negative": "No"}
HARDWARE = "sha256:one-and-only"
STREAM = "ab" * 16
BOOT = "boot-one"


class House:
    """A server with one store and kiosks to enrol."""

    def __init__(self, app: Flask, engine: Engine, clock: Any) -> None:
        self.app = app
        self.engine = engine
        self.clock = clock
        with writing(engine) as connection:
            install_answers(connection)
            for code, signal in (("welcome", "experience"), ("served", "service"), ("again", "experience")):
                add_question(connection, code, 1, signal, "CX", [], ["exit"], {"en": WORDS}, {"origin": "a test"})
            add_store(connection, "S014", "Old Town", "Europe/Warsaw", "South", ["en"], "PL", clock.now_ms())
            add_store(connection, "S015", "Airport", "Asia/Tehran", "South", ["en"], "IR", clock.now_ms())

    def enrol(self, hardware: str = HARDWARE, store: str = "S014", replaces: str | None = None) -> Kiosk:
        with writing(self.engine) as connection:
            code = make_code(
                connection, self.clock.now_ms(), store, "exit", "two-row", ["welcome", "served"], replaces=replaces
            )
        reply = enrol(self.engine, self.clock, code, hardware, "1.0.0", "127.0.0.1")
        return Kiosk(self, reply.kiosk, reply.key, hardware, reply.config.version)

    def rows(self, table: Table) -> list[Any]:
        with reading(self.engine) as connection:
            # A ledger in its own order, whatever its key begins with.
            order = [table.c.position] if "position" in table.c else table.primary_key.columns
            return list(connection.execute(select(table).order_by(*order)))

    def total(self, table: Table, column: str) -> int:
        return sum(getattr(row, column) for row in self.rows(table))

    def wrong_figures(self) -> list[Any]:
        with reading(self.engine) as connection:
            found = check(connection)
        return [*found.rows, *found.clusters]


class Kiosk:
    """An enrolled kiosk: makes requests and sends them."""

    def __init__(self, house: House, code: str, key: str, hardware: str, version: int) -> None:
        self.house = house
        self.code = code
        self.key = key
        self.hardware = hardware
        self.version = version

    def press(self, elapsed_ms: int, button: str = "served-happy", **facts: Any) -> list[Any]:
        wall_ms = facts.get("wall_ms", 1_600_000_000_000 + elapsed_ms)
        return [
            elapsed_ms,
            wall_ms,
            facts.get("synced", False),
            facts.get("boot", 1),
            button,
            facts.get("version", self.version),
            facts.get("visit"),
            facts.get("mark", "vote"),
        ]

    def request(self, reactions: list[list[Any]], first_seq: int = 1, **fields: Any) -> dict[str, Any]:
        sent_ms = fields.pop("sent_ms", None) or max([0, *(reaction[0] for reaction in reactions)]) + 1_000
        return {
            "protocol": 1,
            "software": "1.0.0",
            "hardware": self.hardware,
            "stream": STREAM,
            "parent": None,
            "first_seq": first_seq,
            "reactions": reactions,
            "sent": {"elapsed_ms": sent_ms, "wall_ms": 1_600_000_000_000 + sent_ms, "synced": False, "boot": 1},
            "boots": [[BOOT, 1]],
            "config_version": self.version,
            "buffer": "buffer-one",
        } | fields

    def send(self, message: Any, path: str = "sync", **headers: str) -> TestResponse:
        raw = message if isinstance(message, bytes) else json.dumps(message).encode()
        given = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"} | headers
        return self.house.app.test_client().post(f"/api/v1/{path}", data=raw, headers=given)

    def sync(self, reactions: list[list[Any]], first_seq: int = 1, **fields: Any) -> dict[str, Any]:
        response = self.send(self.request(reactions, first_seq, **fields))
        assert response.status_code == 200, response.text
        return dict(response.json or {})


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """This room's tests run on both databases."""
    return str(request.param)


@pytest.fixture
def daily_quota() -> int:
    return 50_000


@pytest.fixture
def house(settings: Settings, clock: Any, engine: Engine, daily_quota: int) -> Iterator[House]:
    app = create_app(replace(settings, daily_quota=daily_quota), clock, engine)
    yield House(app, engine, clock)
    app.extensions["salve_close"]()


@pytest.fixture
def kiosk(house: House) -> Kiosk:
    return house.enrol()
