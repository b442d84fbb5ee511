"""The database behind the simulated fleet: enrols the kiosks before, and afterwards looks for every press by its identity."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

from bench.fleet_kiosks import button_of, hardware_of
from kiosk.enrol import KEY_NAME, NAME, Enrolment
from server.clock import SystemClock
from server.database.engine import make_engine, writing
from server.database.kiosk_keys import use_key
from server.database.kiosks import add_kiosk
from server.database.migrate import upgrade
from server.database.placements import place
from server.database.stores import add_store
from server.fleet.configuration import make_config
from server.fleet.kiosks import authenticate, give_key
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

KIOSKS_A_STORE = 20
QUESTIONS = ("felt-welcome", "got-needed")


class Found(NamedTuple):
    """What the database holds of the presses that were made: each kiosk's are 1, 2, ... of its one stream.

    `missing` and `foreign` are identities, `altered` rows that say another button than was pressed; of `uncounted` presses the
    roll-ups of hours have more or fewer than were made.
    """

    made: int
    rows: int
    missing: int
    foreign: int
    altered: int
    held: int
    uncounted: int

    @property
    def is_right(self) -> bool:
        """Whether every press is there once, as it was made, and counted once."""
        return self.rows == self.made and not any((self.missing, self.foreign, self.altered, self.held, self.uncounted))


def make_fleet(folder: Path, server: str, kiosks: int) -> None:
    """A new database with that many kiosks, numbered from 1, each with a folder of its own that says how it is enrolled."""
    engine = make_engine(f"sqlite:///{folder / 'salve.db'}")
    upgrade(engine)
    now_ms = SystemClock().now_ms()
    with writing(engine) as connection:
        install_starter(connection, now_ms)
        for first in range(1, kiosks + 1, KIOSKS_A_STORE):
            code = f"S{first:05}"
            store = add_store(connection, code, f"Store {first}", "Europe/London", "North", ["en"], "GB", now_ms)
            for number in range(first, min(first + KIOSKS_A_STORE, kiosks + 1)):
                key = _enrol(connection, number, store, now_ms)
                _keep(kiosk_folder(folder, number), Enrolment(server, f"K{number}", code, hardware_of(number)), key)
    engine.dispose()


def kiosk_folder(folder: Path, number: int) -> Path:
    """Where a kiosk's files lie."""
    return folder / "kiosks" / str(number)


def look(folder: Path, made: dict[int, int]) -> Found:
    """Compare the database with what was made: how many presses by the number of the kiosk."""
    raw = sqlite3.connect(f"file:{folder / 'salve.db'}?mode=ro", uri=True)
    rows = altered = 0
    seen: dict[int, set[int]] = {number: set() for number in made}
    streams: dict[int, set[int]] = {number: set() for number in made}
    foreign = 0
    for kiosk, stream, seq, button in raw.execute("SELECT kiosk_id, stream, seq, button FROM reactions"):
        rows += 1
        if not 1 <= seq <= made.get(kiosk, 0):
            foreign += 1
            continue
        seen[kiosk].add(seq)
        streams[kiosk].add(stream)
        altered += button != button_of(kiosk, seq)
    # A press stored under a second stream is the same press twice.
    foreign += sum(len(found) - 1 for found in streams.values() if found)
    missing = sum(count - len(seen[number]) for number, count in made.items())
    (held,) = raw.execute("SELECT count(*) FROM held").fetchone()
    counted = dict(raw.execute("SELECT kiosk_id, sum(positive + neutral + negative) FROM hours GROUP BY kiosk_id"))
    uncounted = sum(abs(count - counted.get(number, 0)) for number, count in made.items())
    raw.close()
    return Found(sum(made.values()), rows, missing, foreign, altered, held, uncounted)


def _enrol(connection: Connection, number: int, store: int, now_ms: int) -> str:
    kiosk = add_kiosk(connection, hardware_of(number), "1.0.0", now_ms)
    config = make_config(connection, kiosk, place(connection, kiosk, store, "exit", now_ms), "two-row", QUESTIONS, now_ms)
    if (kiosk, config.version) != (number, number):
        raise AssertionError(f"kiosk {number} became {kiosk} with version {config.version}")
    key = give_key(connection, kiosk, now_ms)
    # A kiosk that has been in use: its key is not a new one.
    use_key(connection, kiosk, authenticate(connection, key, now_ms).key, now_ms)
    return key


def _keep(folder: Path, enrolment: Enrolment, key: str) -> None:
    folder.mkdir(parents=True)
    (folder / KEY_NAME).write_text(key)
    (folder / NAME).write_text(json.dumps(asdict(enrolment)))
