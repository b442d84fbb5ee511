"""Two stores and three questions to enrol kiosks for, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from kiosk_shop import Shop

from server.database.engine import writing
from server.database.questions import add_question, install_answers
from server.database.stores import add_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.settings import Settings

TEXTS = {
    "en": {"question": "Did you feel welcome?", "positive": "I did", "negative": "I did not"},
    "pl": {"question": "Czy było miło?", "positive": "Było", "negative": "Nie było"},
}


def fill(engine: Engine) -> None:
    with writing(engine) as connection:
        install_answers(connection)
        for code, signal in (("welcome", "experience"), ("served", "service"), ("waited", "service")):
            add_question(connection, code, 1, signal, "CX", [], ["exit"], TEXTS, {"origin": "a test"})
        add_store(connection, "S014", "Old Town", "Europe/Warsaw", "South", ["pl", "tr", "en"], "PL", 0)
        add_store(connection, "S015", "Airport", "Asia/Tehran", "South", ["en"], "IR", 0)
        add_store(connection, "S016", "Bazaar", "Asia/Tehran", "South", ["fa"], "IR", 0)


@pytest.fixture
def chain(engine: Engine) -> Engine:
    fill(engine)
    return engine


@pytest.fixture
def each_chain(each_engine: Engine) -> Engine:
    """The chain once on each database."""
    fill(each_engine)
    return each_engine


@pytest.fixture
def shop(each_engine: Engine, settings: Settings, clock: Any) -> Iterator[Shop]:
    shop = Shop(settings, clock, each_engine)
    yield shop
    shop.writer.close()
