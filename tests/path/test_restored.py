"""An older backup is restored: kiosks send again what it does not hold, by themselves, and the figures end equal."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from databases import DATABASES
from world import DirectKiosk, World

from server.access.tokens import add_token
from server.app import create_app
from server.database.backups import back_up, restore
from server.database.engine import make_engine, reading, writing
from server.database.life import read_life
from server.database.migrate import upgrade
from server.database.rollup_check import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from server.settings import Settings

BUTTONS = ("welcome-happy", "served-unhappy", "welcome-unhappy", "served-happy", "served-happy")
# What may be another thing after a restore: when it came, its place in a new ledger, and how sure its time is by now.
NEW = ("position", "received_at", "uncertainty_ms")
MINUTE_MS = 60_000


class Server:
    """A server in this process that can be stopped, and started on what is then in its database."""

    def __init__(self, settings: Settings, clock: Any) -> None:
        self.settings, self.clock = settings, clock
        self.engine = make_engine(settings.database_url)
        upgrade(self.engine)
        self.start()

    def start(self) -> None:
        self.app = create_app(self.settings, self.clock, self.engine)
        self.client: FlaskClient = self.app.test_client()

    def stop(self) -> None:
        self.app.extensions["salve_close"]()
        self.engine.dispose()

    def get(self, path: str, token: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest, settings: Settings, clock: Any) -> Iterator[Server]:
    if request.param == "postgresql":
        settings = replace(settings, database_url=request.getfixturevalue("postgres_tables"))
    server = Server(settings, clock)
    yield server
    server.stop()


@pytest.fixture
def kiosks(server: Server, clock: Any, tmp_path: Path) -> Iterator[list[DirectKiosk]]:
    world = World(clock)
    made = [
        DirectKiosk(tmp_path / name, server.engine, server.client, world, timezone=zone, hardware="sha256:" + digit * 64)
        for name, zone, digit in (("one", "Europe/London", "1"), ("two", "", "2"))
    ]
    yield made
    for kiosk in made:
        kiosk.close()


def press(kiosks: list[DirectKiosk], times: int) -> None:
    for number in range(times):
        for kiosk in kiosks:
            kiosk.press_at(kiosk.world.now_ms() + MINUTE_MS, BUTTONS[number % len(BUTTONS)])


def send(kiosks: list[DirectKiosk]) -> None:
    for kiosk in kiosks:
        for _ in range(5):
            kiosk.world.set(kiosk.world.now_ms() + MINUTE_MS)
            kiosk.sync.run()
        assert kiosk.recorder.counts()[0].waiting == 0


def figures(server: Server, token: str) -> tuple[list[dict[str, str]], Any]:
    rows = list(csv.DictReader(io.StringIO(server.get("export/reactions.csv", token).get_data(as_text=True))))
    kept = [{name: text for name, text in row.items() if name not in NEW} for row in rows]
    summary = server.get("stores/S001/summary?period=today", token).json
    assert summary.pop("today") is not None  # it tells how long ago the last press was
    return sorted(kept, key=lambda row: (row["stream"], int(row["seq"]))), summary


def test_after_an_older_backup_every_kiosk_sends_the_rest_again_and_the_figures_are_as_before(
    server: Server, kiosks: list[DirectKiosk], clock: Any, tmp_path: Path
) -> None:
    with writing(server.engine) as connection:
        token = add_token(connection, "tests", None, 90, clock.now_ms())
    press(kiosks, 7)
    send(kiosks)
    held = back_up(server.engine, tmp_path / "backup", lambda _done, _whole: None, clock.now_ms())
    assert held.reactions == 14
    with reading(server.engine) as connection:
        first = read_life(connection)
    assert (first.epoch, first.safe_position) == (held.epoch, held.position)

    press(kiosks, 9)
    send(kiosks)
    before = figures(server, token)
    cursor = server.get("export/reactions.csv", token).headers["Salve-Cursor"]
    assert len(before[0]) == 32
    with reading(server.engine) as connection:
        assert read_life(connection).safe_position == held.position

    server.stop()
    restored = restore(server.engine, tmp_path / "backup", tmp_path / "kept", lambda _done, _whole: None, clock.now_ms())
    assert (restored.reactions, restored.position) == (14, held.position)
    assert restored.epoch != held.epoch
    assert (tmp_path / "kept").stat().st_size > 0
    server.start()
    for kiosk in kiosks:
        kiosk.uploader.client = server.client
    gone = server.get(f"export/reactions.csv?after={cursor}", token)
    assert (gone.status_code, gone.json["code"]) == (410, "cursor-gone")
    assert len(figures(server, token)[0]) == 14

    send(kiosks)
    assert figures(server, token) == before
    with reading(server.engine) as connection:
        assert check(connection) == ([], [])
