"""A child presses thirty times in two and a half minutes, day after day, before the real judge, server and figures.

The kiosk's own judge marks the presses, the server takes them in, and the store's page is asked for its figures: once for a
store with the child, once for one with the same visitors and without it. For many days, from the repository's folder:

    PYTHONPATH=.:tests/support python tests/support/child.py 1000          # as many days of 200 presses, for each kind of child
    PYTHONPATH=.:tests/support python tests/support/child.py 50 2000 6     # days of 2,000 presses at six a minute
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, select

from kiosk.misuse import Judge
from server.access.people import Person
from server.access.scope import visible_store
from server.app import create_app
from server.comparison.periods import Period
from server.comparison.summary import Place, store_summary
from server.comparison.verdict import asks_for_a_look
from server.database.engine import make_engine, reading, writing
from server.database.life import begin_life
from server.database.stores import add_store
from server.database.tables import metadata, reactions
from server.fleet.enrolment import enrol, make_code
from server.settings import Settings
from server.survey.questions import install_starter
from wire.messages import Rules

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

MINUTE_MS = 60_000
DAY_MS = 86_400_000
LEAST_APART_MS = 2_000
CHILD_MS = 150_000
CHILD_PRESSES = 30
CHILDREN = {
    "everywhere": ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy"),
    "one row": ("served-happy", "served-unhappy"),
    "one sad face": ("served-unhappy",),
}
# A kiosk that was just switched on takes itself for a busy one; see docs/misuse.md.
LEARNED_MS = 45 * MINUTE_MS


class Press(NamedTuple):
    at_ms: int
    button: str
    honest: bool


def visitors(chance: random.Random, count: int, a_minute: float) -> list[Press]:
    """`count` presses at about so many a minute and at least 2 s apart; every second visitor answers both rows."""
    found: list[Press] = []
    at_ms = 10_000.0
    while len(found) < count:
        at_ms += LEAST_APART_MS + chance.expovariate(1 / (1.5 * MINUTE_MS / a_minute - LEAST_APART_MS))
        rows = ["welcome", "served"] if chance.random() < 0.5 else [chance.choice(["welcome", "served"])]
        moment = at_ms
        for row in rows:
            moment = max(moment, found[-1].at_ms + LEAST_APART_MS if found else 0)
            found.append(Press(int(moment), f"{row}-{'happy' if chance.random() < 0.85 else 'unhappy'}", honest=True))
            moment += chance.uniform(LEAST_APART_MS, 7_000)
    return found[:count]


def child(chance: random.Random, kind: str, begins_ms: int) -> list[Press]:
    moments = sorted(chance.randrange(CHILD_MS) for _ in range(CHILD_PRESSES))
    return [Press(begins_ms + moment, chance.choice(CHILDREN[kind]), honest=False) for moment in moments]


class Shop:
    """A store with one two-row kiosk; each day is a stream of its own."""

    def __init__(self, engine: Engine, client: FlaskClient, clock: Any, code: str) -> None:
        self.engine, self.client, self.clock, self.code = engine, client, clock, code
        with writing(engine) as connection:
            add_store(connection, code, code, "UTC", "North", ["en"], "GB", clock.now_ms())
            typed = make_code(connection, clock.now_ms(), code, "exit", "two-row", ("felt-welcome", "got-needed"))
        reply = enrol(engine, clock, typed, f"sha256:machine-of-{code}", "1.0.0", "127.0.0.1")
        self.key, self.config = reply.key, reply.config
        self.streams = 0

    def day(self, presses: list[Press]) -> list[bool]:
        """Judge and send a day's presses in batches, then go on to the next day; answers which of them count."""
        self.streams += 1
        stream = f"{self.streams:032x}" if self.code == "S001" else f"f{self.streams:031x}"
        judge = Judge()
        told: list[list[Any]] = []
        for seq, press in enumerate(presses, 1):
            question = self.config.buttons[press.button].question
            mark, visit = judge.judge(press.at_ms, press.button, question, seq, Rules())
            told.append([press.at_ms, 0, False, 1, press.button, self.config.version, visit, mark])
        for first in range(0, len(told), 500):
            self._send(stream, first + 1, told[first : first + 500], presses[-1].at_ms)
        with reading(self.engine) as connection:
            newest = select(func.max(reactions.c.stream)).scalar_subquery()
            found = connection.execute(
                select(reactions.c.counted).where(reactions.c.stream == newest).order_by(reactions.c.seq)
            ).scalars()
            return [bool(counted) for counted in found]

    def _send(self, stream: str, first_seq: int, batch: list[list[Any]], sent_ms: int) -> None:
        message = {
            "protocol": 1,
            "software": "1.0.0",
            "hardware": f"sha256:machine-of-{self.code}",
            "stream": stream,
            "parent": None,
            "first_seq": first_seq,
            "reactions": batch,
            "sent": {"elapsed_ms": sent_ms, "wall_ms": 0, "synced": False, "boot": 1},
            "boots": [[f"boot-{stream}", 1]],
            "config_version": self.config.version,
        }
        answer = self.client.post(
            "/api/v1/sync",
            data=json.dumps(message),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json["stored"] == len(batch)

    def places(self, day: date) -> tuple[Place, ...]:
        """The questions of the store's page for that day."""
        with reading(self.engine) as connection:
            store = visible_store(connection, Person(0, "", "admin", ""), self.code)
            return store_summary(connection, store, Period("chosen", day, day + timedelta(days=1)), self.clock.now_ms()).places


class Found(NamedTuple):
    """What a child did to a day: points the shown indexes moved at most, honest presses set aside, what the page asks for."""

    moved: float
    set_aside: int
    marked_alone: int
    check_this_kiosk: bool


def two_shops(engine: Engine, client: FlaskClient, clock: Any) -> tuple[Shop, Shop]:
    """A store for visitors and a child, and one for the same visitors alone."""
    with writing(engine) as connection:
        install_starter(connection, clock.now_ms())
    return Shop(engine, client, clock, "S001"), Shop(engine, client, clock, "S002")


def a_day(shops: tuple[Shop, Shop], chance: random.Random, presses: int, a_minute: float, kind: str) -> Found:
    """The same visitors in both stores, a child in the first."""
    with_child, without = shops
    clock = with_child.clock
    clock.set((clock.now_ms() // DAY_MS + 1) * DAY_MS + 20 * 60 * MINUTE_MS)
    day = date(1970, 1, 1) + timedelta(days=clock.now_ms() // DAY_MS)
    honest = visitors(chance, presses, a_minute)
    begins_ms = chance.choice([press.at_ms for press in honest if press.at_ms > LEARNED_MS])
    mixed = sorted([*honest, *child(chance, kind, begins_ms)])
    counted = with_child.day(mixed)
    alone = without.day(honest)
    clock.set(clock.now_ms() + DAY_MS)
    shown = {place.question: place for place in with_child.places(day)}
    moved = max(abs(shown[place.question].index.value - place.index.value) for place in without.places(day))
    return Found(
        moved,
        sum(press.honest and not counts for press, counts in zip(mixed, counted, strict=True)),
        alone.count(False),
        any(asks_for_a_look(place) for place in shown.values()),
    )


class _Clock:
    """A server clock that stands still until it is told."""

    def __init__(self) -> None:
        self.set(1_795_262_400_000)

    def now_ms(self) -> int:
        return self._now_ms

    def set(self, now_ms: int) -> None:
        self._now_ms = now_ms


def many_days(days: int, presses: int, a_minute: float, kind: str) -> list[Found]:
    """So many days of one kind of child, on a database of their own."""
    with tempfile.TemporaryDirectory() as name:
        url, clock = f"sqlite:///{name}/salve.db", _Clock()
        engine = make_engine(url)
        metadata.create_all(engine)
        with writing(engine) as connection:
            begin_life(connection)
        settings = Settings(Path(name), url, "127.0.0.1", 8000, b"0" * 64, ("localhost",), 0, "http://127.0.0.1:8000")
        app = create_app(settings, clock, engine)
        shops = two_shops(engine, app.test_client(), clock)
        chance = random.Random(f"{presses}, {kind}")
        found = [a_day(shops, chance, presses, a_minute, kind) for _ in range(days)]
        app.extensions["salve_close"]()
        engine.dispose()
    return found


def main(days: int, presses: int = 200, a_minute: float = 200 / 600) -> int:
    """Print what the days showed; answers 1 when one moved a point without a word on the page, or visitors lost too much."""
    failed = False
    for kind in CHILDREN:
        found = many_days(days, presses, a_minute, kind)
        moved = sorted(day.moved for day in found)
        silent = sum(day.moved >= 1 and not day.check_this_kiosk for day in found)
        lost = sum(day.set_aside for day in found) / presses / days
        a_point = sum(one >= 1 for one in moved)
        print(  # noqa: T201
            f"{kind}: {days} days of {presses}; moved median {statistics.median(moved):.2f},"
            f" p95 {moved[int(0.95 * days)]:.2f}, worst {moved[-1]:.2f} points; a point or more on {a_point},"
            f" without a word on {silent}; the page asks on {sum(day.check_this_kiosk for day in found)};"
            f" visitors set aside {lost:.2%}, without a child {sum(day.marked_alone for day in found) / presses / days:.2%}",
            flush=True,
        )
        failed |= silent > 0 or lost >= 0.02 or (presses >= 2_000 and moved[-1] >= 1)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), *(int(sys.argv[2]), float(sys.argv[3])) if len(sys.argv) > 3 else ()))
