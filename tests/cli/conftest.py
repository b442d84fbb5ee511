"""Runs a command of salve-server in this process, over a database of its own."""

from __future__ import annotations

from functools import partial
from shutil import copytree
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from databases import DATABASES

from server.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The database that `salve` works on, once each."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'salve.db'}"
    return str(request.getfixturevalue("postgres_tables"))


@pytest.fixture
def salve(tmp_path: Path, database_url: str) -> Callable[..., Result]:
    """Give it the words after `salve-server`; `said` is what arrives on standard input."""
    environment: dict[str, Any] = {
        "SALVE_DATA_DIR": str(tmp_path / "data"),
        "SALVE_DATABASE_URL": None if database_url.startswith("sqlite") else database_url,
        "SALVE_CONFIG": None,
        "SALVE_SECRET_KEY_FILE": None,
    }

    def run(*words: str, said: str = "", **settings: str) -> Result:
        return CliRunner().invoke(main, list(words), input=said, env=environment | settings, prog_name="salve-server")

    return run


@pytest.fixture
def bare(request: pytest.FixtureRequest, salve: Callable[..., Result], database_url: str) -> Callable[..., Result]:
    """The same over a database without tables."""
    if database_url.startswith("sqlite"):
        return salve
    return partial(salve, SALVE_DATABASE_URL=request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `upgrade` leaves it; every release's migrations take longer than most of these tests."""
    folder = tmp_path_factory.mktemp("upgraded") / "data"
    done = CliRunner().invoke(main, ["upgrade"], env={"SALVE_DATA_DIR": str(folder)})
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def ready(tmp_path: Path, salve: Callable[..., Result], database_url: str, upgraded: Path) -> Callable[..., Result]:
    """The same with an upgraded database and the store S001."""
    if database_url.startswith("sqlite"):
        copytree(upgraded, tmp_path / "data", dirs_exist_ok=True)
    else:
        assert salve("upgrade").exit_code == 0
    added = salve("store", "add", "S001", "--name", "@home", "--timezone", "Europe/Warsaw", "--region", "-20% Outlet")
    assert added.exit_code == 0, added.output
    return salve
