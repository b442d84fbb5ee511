"""What storing on PostgreSQL costs beside a bare COPY of the same rows: `python -m bench.postgres [BATCHES]`.

In a server of its own, or in an empty database on this machine that is made for it, in SALVE_DATABASE_URL. Counts the CPU of
this process and of its PostgreSQL backends, so that a busy machine and a slow disk do not matter.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from sqlalchemy import text

from bench.exactly_once import enrolled_kiosks, message, settings_for
from bench.own_postgres import empty_database
from bench.table import Line, keep, show
from server.clock import SystemClock
from server.database.driver import copy_in
from server.database.engine import make_engine, reading, writing
from server.database.migrate import upgrade
from server.database.reactions import ReactionRow
from server.fleet.kiosks import authenticate, shown_key
from server.ingest.writer import Writer
from wire.messages import SyncRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine


BATCH, ROUNDS, GOAL = 500, 5, 2.5
# From wall_ms to counted, as most presses have them.
FACTS = (1_600_000_000_000, False, 1, "served-happy", None, 0, 1, 1, 2, 2, 0, True)
PRESSED_MS = 1_795_262_400_000
TICKS = os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    """CPU microseconds a reaction, of Python and of PostgreSQL."""

    python: float
    postgresql: float

    @property
    def both(self) -> float:
        """All of it."""
        return self.python + self.postgresql


def measure(engine: Engine, work: Callable[[], None], reactions: int) -> Cost:
    """What the work costs a reaction."""
    python, backends = time.process_time(), _backends(engine)
    work()
    return Cost((time.process_time() - python) / reactions * 1e6, (_backends(engine) - backends) / reactions * 1e6)


def _backends(engine: Engine) -> float:
    """CPU seconds of this database's backends so far; they live as long as the engine's pool keeps them."""
    with engine.connect() as connection:
        pids = connection.execute(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")).scalars().all()
    ticks = 0
    for pid in pids:
        facts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(facts[11]) + int(facts[12])
    return ticks / TICKS


def main() -> int:
    """Print both costs and their ratio; answers 1 when it is above the goal."""
    batches = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with empty_database() as url:
        engine = make_engine(url)
        limits, costs = compare(engine, batches)
        engine.dispose()
    return _report(limits, costs, batches)


def compare(engine: Engine, batches: int) -> tuple[list[Cost], list[Cost]]:
    """What the limit and what storing costs, by rounds in which they take turns."""
    upgrade(engine)
    keys, _token = enrolled_kiosks(engine)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS bare (LIKE reactions)"))
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(settings_for(str(engine.url), Path(folder)), clock, engine)
    writer.start()
    # A key's first use is noted; afterwards it is a kiosk like any other.
    with reading(engine) as connection:
        number = authenticate(connection, keys[0], clock.now_ms()).id
    key = shown_key(keys[0])
    writer.sync(_requests(number, ROUNDS, 1)[0], key, "0" * 64)
    limits, costs = [], []
    for turn in range(ROUNDS):
        requests = _requests(number, turn, batches)
        limits.append(measure(engine, lambda: _copy(engine, batches), batches * BATCH))
        costs.append(measure(engine, lambda: [writer.sync(one, key, "0" * 64) for one in requests], batches * BATCH))  # noqa: B023
    writer.close()
    return limits, costs


def _requests(kiosk_id: int, number: int, batches: int) -> list[Any]:
    # A new stream each round, as a real one ends after a week.
    token = f"{kiosk_id:024x}{number:08x}"
    firsts = range(1, batches * BATCH + 1, BATCH)
    return [
        msgspec.convert(message(kiosk_id, first, range(first, first + BATCH)) | {"stream": token}, SyncRequest)
        for first in firsts
    ]


def _copy(engine: Engine, batches: int) -> None:
    for batch in range(batches):
        rows = [(1, batch, seq, 1, seq * 3_000, *FACTS, PRESSED_MS + seq, 40, 1) for seq in range(BATCH)]
        with writing(engine) as connection:
            copy_in(connection, "bare", ReactionRow._fields, rows)


def _report(limits: list[Cost], costs: list[Cost], batches: int) -> int:
    limit, cost = (Cost(*(statistics.median(column) for column in zip(*found, strict=True))) for found in (limits, costs))
    ratio = cost.both / limit.both
    line = Line(
        "stored, PostgreSQL, batches of 500",
        f"a bare COPY of the same rows ({limit.both:.1f} us)",
        f"<= {GOAL}x its CPU",
        f"{ratio:.1f}x; {cost.python:.1f} us Python + {cost.postgresql:.1f} us PostgreSQL a reaction",
        met=ratio <= GOAL,
    )
    show([line])
    about = {"bare_copy_us": limit._asdict(), "salve_us": cost._asdict(), "ratio": round(ratio, 2)}
    keep("postgres", [line], {"reactions": batches * BATCH * ROUNDS, **about})
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main())
