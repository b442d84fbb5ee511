"""One made-up truth of time for a kiosk and a server in one process, and a link between them without a network."""

from __future__ import annotations

import gzip
import hashlib
import random
from typing import TYPE_CHECKING, Any

from kiosk import configuration, enrol
from kiosk.press import Outcome, Press, Recorder
from kiosk.sync import Sync
from kiosk.upload import Answer
from server.database.engine import writing
from server.database.stores import add_store
from server.fleet.enrolment import make_code
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

HARDWARE = "sha256:" + "5a" * 32


class World:
    """True time; the server's clock shows it, the kiosk's wall clock is off by `skew_ms`."""

    def __init__(self, clock: Any, skew_ms: int = 0) -> None:
        self.clock = clock
        self.skew_ms = skew_ms
        self.booted_ms = clock.now_ms()

    def now_ms(self) -> int:
        return self.clock.now_ms()

    def set(self, now_ms: int) -> None:
        self.clock.set(now_ms)


class KioskClock:
    """What the kiosk in that world believes."""

    def __init__(self, world: World) -> None:
        self.world = world

    def elapsed_ms(self) -> int:
        return self.world.now_ms() - self.world.booted_ms

    def wall_ms(self) -> int:
        return self.world.now_ms() + self.world.skew_ms

    def synced(self) -> bool:
        return False

    def boot_id(self) -> str:
        return "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


class DirectUploader:
    """Hands requests to the server's app itself; the round trip takes as long as the world says."""

    server = "http://127.0.0.1:8000"

    def __init__(self, client: FlaskClient, world: World, round_trip_ms: int = 0) -> None:
        self.client = client
        self.world = world
        self.round_trip_ms = round_trip_ms

    def post(self, path: str, body: bytes, key: str | None) -> Answer:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        if len(body) > 1024:
            body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        self.world.set(self.world.now_ms() + self.round_trip_ms // 2)
        answer = self.client.post(path, data=body, headers=headers)
        self.world.set(self.world.now_ms() + self.round_trip_ms - self.round_trip_ms // 2)
        return Answer(answer.status_code, answer.mimetype, answer.data, None, hashlib.sha256(body).hexdigest())

    def close(self) -> None:
        """There is nothing to close."""


class DirectKiosk:
    """The kiosk's own recorder, buffer and sync, without pins and network."""

    def __init__(
        self,
        folder: Path,
        engine: Engine,
        client: FlaskClient,
        world: World,
        *,
        timezone: str = "",
        round_trip_ms: int = 0,
        hardware: str = HARDWARE,
    ):
        """With a time zone it also opens the store that it stands in."""
        self.world = world
        self.clock = KioskClock(world)
        self.outcomes: list[Outcome] = []
        folder.mkdir(exist_ok=True)
        with writing(engine) as connection:
            if timezone:
                install_starter(connection, world.now_ms())
                add_store(connection, "S001", "Leeds Briggate", timezone, "North", ["en"], "GB", world.now_ms())
            code = make_code(connection, world.now_ms(), "S001", "exit", "two-row", ("felt-welcome", "got-needed"))
        self.uploader = DirectUploader(client, world, round_trip_ms)
        enrol.enrol(folder, self.uploader.server, code, hardware, "1.0.0", self.uploader)
        config = configuration.read(folder)
        assert config is not None
        self.recorder = Recorder(folder, self.clock, config, self.outcomes.append)
        self.recorder.start()
        self.sync = Sync(
            folder,
            self.recorder,
            self.clock,
            lambda _server: self.uploader,
            hardware=hardware,
            software="1.0.0",
            health=dict,
            apply=lambda _config: None,
            config_version=lambda: config.version,
            chance=random.Random(1),
        )

    def press_at(self, true_ms: int, button: str) -> None:
        """Somebody presses at this moment; returns when it is stored."""
        self.world.set(true_ms)
        self.recorder.put(Press(self.clock.elapsed_ms(), button))
        self.recorder.ask(lambda _work: None)

    def close(self) -> None:
        self.recorder.stop()
