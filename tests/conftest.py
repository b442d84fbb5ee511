"""What every room's tests may use: a clock that is told the time, a fresh database, the app on it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from databases import DATABASES
from flask import Flask
from spared import Pages, cheap_passwords, make_tables, open_copy, sharing_engine

import server.database.engine
from server.app import create_app
from server.database.engine import make_engine, writing
from server.database.life import begin_life
from server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

# A PostgreSQL of one's own: `postgres_url` (empty) and `postgres_tables`; a `browser`.
pytest_plugins = ("postgres_server", "chromium")

# Saturday 21 November 2026, 12:00 UTC.
NOON_MS = 1_795_262_400_000


# The longest files: begun first, so that no worker still has one of them when the others have nothing left.
LONGEST = (
    "test_kills.py",
    "test_looks_english.py",
    "test_looks_persian.py",
    "test_demo.py",
    "test_stories.py",
    "test_question.py",
    "test_archive.py",
    "test_power_cuts.py",
    "test_office_looks.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay as they are."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


class FakeClock:
    """A server clock that stands still until it is told."""

    def __init__(self, now_ms: int = NOON_MS) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def set(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def advance(self, by_ms: int) -> None:
        self._now_ms += by_ms


@pytest.fixture(scope="session", autouse=True)
def kept() -> Iterator[None]:
    """Apps take the templates, engines the statements, that one before them compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": Pages()})
        patch.setattr(server.database.engine, "create_engine", sharing_engine)
        yield


@pytest.fixture(scope="session", autouse=True)
def costs() -> Iterator[tuple[Any, str]]:
    """Passwords are hashed for next to nothing; what stands here instead is how a server does it."""
    with pytest.MonkeyPatch.context() as patch:
        yield cheap_passwords(patch)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def database() -> str:
    """Which database `engine` is on; a room whose tests run on both overrides this with DATABASES as params."""
    return "sqlite"


@pytest.fixture
def engine(request: pytest.FixtureRequest, database: str) -> Iterator[Engine]:
    with _fresh(request, database) as engine:
        yield engine


@pytest.fixture(params=DATABASES)
def each_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A test of a room that runs on SQLite, on both databases."""
    with _fresh(request, request.param) as engine:
        yield engine


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that each test's SQLite database begins as a copy of."""
    path = tmp_path_factory.mktemp("tables") / "salve.db"
    make_tables(path)
    return path


@contextmanager
def _fresh(request: pytest.FixtureRequest, database: str) -> Iterator[Engine]:
    """A new database's engine: its tables, its epoch, and nothing else."""
    folder = request.getfixturevalue("tmp_path")
    if database == "sqlite":
        engine = open_copy(request.getfixturevalue("sqlite_tables"), folder)
    else:
        engine = make_engine(request.getfixturevalue("postgres_tables"), folder / "archive")
    with writing(engine) as connection:
        begin_life(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path / 'salve.db'}",
        host="127.0.0.1",
        port=8000,
        secret_key=b"0" * 64,
        trusted_hosts=("localhost", "127.0.0.1"),
        proxy_hops=0,
        public_url="http://127.0.0.1:8000",
    )


@pytest.fixture
def app(settings: Settings, clock: FakeClock, engine: Engine) -> Iterator[Flask]:
    app = create_app(settings, clock, engine)
    yield app
    app.extensions["salve_close"]()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
