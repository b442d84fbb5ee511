"""Two stores and three questions to enrol kiosks for, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from kiosk_shop import Shop

from server.database.engine import make_engine, writing
from server.database.life import begin_life
from server.database.questions import add_question, install_answers
from server.database.stores import add_store
from server.database.tables import metadata

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


@pytest.fixture(params=["sqlite", "postgresql"])
def each_chain(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The chain once on each database."""
    if request.param == "sqlite":
        engine = request.getfixturevalue("engine")
    else:
        engine = make_engine(request.getfixturevalue("postgres_url"))
        metadata.create_all(engine)
        with writing(engine) as connection:
            begin_life(connection)
    fill(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, settings: Settings, clock: Any) -> Iterator[Shop]:
    if request.param == "sqlite":
        engine = request.getfixturevalue("engine")
    else:
        engine = make_engine(request.getfixturevalue("postgres_url"))
        metadata.create_all(engine)
        with writing(engine) as connection:
            begin_life(connection)
    shop = Shop(settings, clock, engine)
    yield shop
    shop.writer.close()
    engine.dispose()
