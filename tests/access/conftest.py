"""Two stores and the people around them: Alice manages the first, Bob the second, Charlie is head office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.access.people import add_user
from server.database.engine import writing
from server.database.stores import add_store

if TYPE_CHECKING:
    from sqlalchemy import Engine

PASSWORD = "seven quiet lamps in rain"


@pytest.fixture
def password() -> str:
    return PASSWORD


@pytest.fixture
def people(engine: Engine) -> Engine:
    with writing(engine) as connection:
        for code, region in (("S001", "North"), ("S002", "South"), ("S003", "South")):
            add_store(connection, code, f"Store {code}", "Europe/Warsaw", region, ["pl", "en"], "PL", 0)
        add_user(connection, "Alice@Chain.example", PASSWORD, "manager", ["S001"], 0)
        add_user(connection, "bob@chain.example", PASSWORD, "region", ["S002", "S003"], 0)
        add_user(connection, "charlie@chain.example", PASSWORD, "head-office", [], 0)
        add_user(connection, "dora@chain.example", PASSWORD, "admin", [], 0)
    return engine
