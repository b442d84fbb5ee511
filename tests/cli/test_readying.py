"""A server reads templates and counts figures before somebody looks, and stands a database that is away meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from server.commands.readying import kept_ready, read_templates
from server.commands.workplace import Workplace
from server.database.engine import make_engine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from flask import Flask
    from sqlalchemy import Engine

    from server.settings import Settings

DEADLINE_S = 20.0


def test_every_template_is_read_before_somebody_looks(app: Flask) -> None:
    read_templates(app)
    cache = app.jinja_env.cache
    assert cache is not None
    pages = {name for name in app.jinja_env.list_templates() if name.endswith(".html")}
    assert {"store.html", "head-office.html"} & pages
    assert {name for _, name in cache} >= pages


def test_while_a_server_runs_its_figures_are_counted_and_it_ends_at_once(
    app: Flask, settings: Settings, clock: Any, engine: Engine
) -> None:
    counted: list[int] = []
    began = time.monotonic()
    with kept_ready(app, Workplace(settings, engine, clock), lambda _engine, now_ms: counted.append(now_ms)):
        while not counted:
            assert time.monotonic() - began < DEADLINE_S
            time.sleep(0.01)
        ended = time.monotonic()
    assert counted == [clock.now_ms()]
    assert time.monotonic() - ended < 2


def test_a_database_that_is_away_is_told_and_nothing_ends(
    app: Flask, settings: Settings, clock: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = make_engine(f"sqlite:///{tmp_path / 'away' / 'salve.db'}")
    began = time.monotonic()
    with kept_ready(app, Workplace(settings, away, clock)):
        while "Figures were not counted ahead" not in caplog.text:
            assert time.monotonic() - began < DEADLINE_S
            time.sleep(0.01)


def test_whatever_fails_is_told_and_counting_goes_on(
    app: Flask,
    settings: Settings,
    clock: Any,
    engine: Engine,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted: list[int] = []

    def count(_engine: Engine, now_ms: int) -> None:
        counted.append(now_ms)
        if len(counted) == 1:
            raise ValueError("a figure that can not be")

    monkeypatch.setattr(app.jinja_env, "list_templates", lambda: ["no-such-page.html"])
    began = time.monotonic()
    with kept_ready(app, Workplace(settings, engine, clock), count, 0.01):
        while len(counted) < 3:
            assert time.monotonic() - began < DEADLINE_S
            time.sleep(0.01)
    assert "Templates were not read ahead" in caplog.text
    assert "a figure that can not be" in caplog.text
