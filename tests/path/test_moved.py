"""A chain outgrows its embedded database: after the move to PostgreSQL nobody notices, and nothing is lost or doubled."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from world import DirectKiosk, World

from server.access.tokens import add_token
from server.app import create_app
from server.cli import main
from server.database.audit import newest_entries
from server.database.audit_check import check_log
from server.database.driver import run
from server.database.engine import make_engine, reading, writing
from server.database.migrate import upgrade
from server.database.rollup_check import check
from server.database.tables import reactions, streams, users

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result
    from sqlalchemy import Engine

    from server.settings import Settings

MINUTE_MS = 60_000


@pytest.fixture
def move(tmp_path: Path) -> Callable[[str], Result]:
    def run_it(url: str) -> Result:
        environment: dict[str, Any] = {"SALVE_DATA_DIR": str(tmp_path), "SALVE_DATABASE_URL": None, "SALVE_CONFIG": None}
        return CliRunner().invoke(main, ["move", "--to", url], env=environment, prog_name="salve-server")

    return run_it


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'salve.db'}")
    upgrade(engine)
    yield engine
    engine.dispose()


def test_kiosks_and_export_programs_go_on_where_they_were(
    settings: Settings, clock: Any, old: Engine, move: Callable[[str], Result], postgres_url: str, tmp_path: Path
) -> None:
    app = create_app(settings, clock, old)
    kiosk = DirectKiosk(tmp_path / "kiosk", old, app.test_client(), World(clock), timezone="Europe/London")
    with writing(old) as connection:
        header = {"Authorization": f"Bearer {add_token(connection, 'tests', None, 90, clock.now_ms())}"}

    def press_and_send() -> None:
        for button in ("welcome-happy", "served-unhappy", "served-happy"):
            kiosk.press_at(clock.now_ms() + MINUTE_MS, button)
        kiosk.sync.run()
        assert kiosk.recorder.counts()[0].waiting == 0

    press_and_send()
    before = app.test_client().get("/api/v1/export/reactions.csv", headers=header)
    assert len(before.data.splitlines()) == 1 + 3
    refused = move(postgres_url)
    assert refused.stderr == "Error: Somebody uses the database; stop `salve-server serve` and `salve-server worker` first.\n"
    app.extensions["salve_close"]()
    old.dispose()

    moved = move(postgres_url)
    assert moved.exit_code == 0, moved.stderr
    assert " 3 of them reactions; each was read back." in moved.stdout
    assert [path.name[:15] for path in tmp_path.glob("salve.db*")] == ["salve.db.moved-"]

    new = make_engine(postgres_url)
    app = create_app(replace(settings, database_url=postgres_url), clock, new)
    kiosk.uploader.client = app.test_client()
    again = app.test_client().get("/api/v1/export/reactions.csv", headers=header)
    assert again.data == before.data
    press_and_send()
    more = app.test_client().get(
        "/api/v1/export/reactions.csv", query_string={"after": before.headers["Salve-Cursor"]}, headers=header
    )
    assert len(more.data.splitlines()) == 1 + 3
    # What numbers itself goes on above what was moved, and reactions lie in a range of their own.
    with writing(new) as connection:
        assert add_token(connection, "second", None, 90, clock.now_ms())
        assert run(connection, "SELECT nextval('stream_numbers')").scalar_one() == 2
        part = connection.execute(text("SELECT DISTINCT tableoid::regclass::text FROM reactions")).scalar_one()
        assert part == "reactions_1_1001"
        assert check(connection) == ([], [])
        told = newest_entries(connection, 9)
        assert ("moved" in {one.entry.act for one in told}, check_log(connection).whole) == (True, True)
    app.extensions["salve_close"]()
    kiosk.close()
    new.dispose()


def test_a_database_that_holds_anything_is_refused_and_the_old_one_stays(
    old: Engine, move: Callable[[str], Result], postgres_url: str, tmp_path: Path
) -> None:
    old.dispose()
    new = make_engine(postgres_url)
    upgrade(new)
    with writing(new) as connection:
        connection.execute(users.insert().values(email="a", password_hash="", role="admin", language="", made_ms=0))
    refused = move(postgres_url)
    assert refused.exit_code == 1
    assert "The database to move to is not empty: its table users has rows." in refused.stderr
    assert (tmp_path / "salve.db").exists()
    new.dispose()


def test_a_move_that_is_broken_off_leaves_nothing_behind_and_can_be_begun_again(
    old: Engine, move: Callable[[str], Result], postgres_url: str, tmp_path: Path
) -> None:
    # A stream of a kiosk that is not there: SQLite was told not to look, and PostgreSQL refuses it near the end.
    with closing(old.raw_connection()) as connection:
        driver: Any = connection.driver_connection
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("INSERT INTO streams (kiosk_id, number, token, high, first_ms) VALUES (9, 1, 'a', 0, 0)")
    old.dispose()
    failed = move(postgres_url)
    assert failed.exit_code == 1
    assert "violates foreign key constraint" in failed.stderr
    with writing(old) as connection:
        connection.execute(streams.delete())
    old.dispose()
    assert move(postgres_url).exit_code == 0
    new = make_engine(postgres_url)
    with reading(new) as connection:
        assert connection.execute(select(reactions)).all() == []
    new.dispose()
