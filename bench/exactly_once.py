"""Whether who follows the cursor reads every reaction once while four processes store: `python -m bench.exactly_once [COUNT]`.

On a SQLite file and on PostgreSQL where there is one: a server of its own, or an empty database in SALVE_DATABASE_URL.
"""

from __future__ import annotations

import csv
import io
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bench.own_postgres import empty_database, lacks_postgresql
from bench.table import Line, keep, show
from server.access.tokens import add_token
from server.app import create_app
from server.clock import SystemClock
from server.database.engine import make_engine, reading, writing
from server.database.migrate import upgrade
from server.database.stores import add_store
from server.errors import Refusal
from server.fleet.enrolment import enrol, make_code
from server.fleet.kiosks import authenticate, shown_key
from server.ingest.bodies import SYNC
from server.ingest.writer import Writer
from server.settings import Settings
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.fleet.kiosks import ShownKey

PROCESSES, KIOSKS_EACH = 4, 5
BUTTONS = ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy")


class Seen(NamedTuple):
    """What the reader got: rows, different (stream, seq), positions out of order, and how often it asked."""

    rows: int
    different: int
    disorder: int
    asked: int
    seconds: float


def try_out(url: str, folder: Path, reactions: int, batch: int) -> Seen:
    """Store this many reactions of a new chain from four processes, and read them meanwhile by the cursor alone."""
    engine = make_engine(url)
    upgrade(engine)
    keys, token = enrolled_kiosks(engine)
    each = reactions // len(keys)
    spawn = multiprocessing.get_context("spawn")
    shares = [keys[number::PROCESSES] for number in range(PROCESSES)]
    feeders = [spawn.Process(target=feed, args=(url, str(folder), share, each, batch)) for share in shares]
    begun = time.monotonic()
    for feeder in feeders:
        feeder.start()
    seen = _follow(settings_for(url, folder), engine, token, feeders)
    for feeder in feeders:
        feeder.join()
        if feeder.exitcode:
            raise RuntimeError(f"a feeding process ended with {feeder.exitcode}")
    engine.dispose()
    return seen._replace(seconds=time.monotonic() - begun)


def feed(url: str, folder: str, keys: list[str], each: int, batch: int) -> None:
    """One of the processes: stores presses of some kiosks, several kiosks' in each commit."""
    engine, clock = make_engine(url), SystemClock()
    writer = Writer(settings_for(url, Path(folder)), clock, engine)
    writer.start()
    with reading(engine) as connection:
        kiosks = [(authenticate(connection, key, clock.now_ms()).id, shown_key(key)) for key in keys]
    # A thread for each kiosk, so that there are groups to commit.
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(kiosks)) as pool:
        for done in [pool.submit(_send, writer, number, key, each, batch) for number, key in kiosks]:
            done.result()
    writer.close()
    engine.dispose()


def _send(writer: Writer, number: int, key: ShownKey, each: int, batch: int) -> None:
    for first in range(1, each + 1, batch):
        seqs = range(first, min(first + batch, each + 1))
        request = SYNC.decode(msgspec.json.encode(message(number, first, seqs)))
        while True:
            try:
                writer.sync(request, key, "0" * 64)
                break
            except Refusal as refusal:
                if refusal.status != 503:
                    raise
                time.sleep(0.05)


def message(kiosk_id: int, first: int, seqs: range) -> dict[str, Any]:
    """A sync request of one kiosk with these presses, as JSON has it."""
    # Half a minute apart, so that none of them is a repeat.
    presses = [[seq * 30_000, 0, False, 1, BUTTONS[seq % 4], kiosk_id, None, "vote"] for seq in seqs]
    return {
        "protocol": 1,
        "software": "1.0.0",
        "hardware": None,
        "stream": f"{kiosk_id:032x}",
        "parent": None,
        "first_seq": first,
        "reactions": presses,
        "boots": [["boot", 1]],
        "sent": {"elapsed_ms": 3_000_000_000, "wall_ms": 0, "synced": False, "boot": 1},
        "config_version": kiosk_id,
        "buffer": "buffer",
    }


def _follow(settings: Settings, engine: Engine, token: str, feeders: list[Any]) -> Seen:
    app = create_app(settings, SystemClock(), engine)
    client, cursor = app.test_client(), ""
    identities: set[tuple[str, str]] = set()
    last = rows = disorder = asked = 0
    more = True
    while more:
        # One more look when all have ended: what they stored last is there by then.
        more = any(feeder.is_alive() for feeder in feeders)
        answer = client.get(
            "/api/v1/export/reactions.csv", query_string={"after": cursor}, headers={"Authorization": f"Bearer {token}"}
        )
        for row in csv.DictReader(io.StringIO(answer.get_data(as_text=True))):
            disorder += int(row["position"]) < last
            last = int(row["position"])
            identities.add((row["stream"], row["seq"]))
            rows += 1
        cursor = answer.headers["Salve-Cursor"]
        asked += 1
        time.sleep(0.02)
    app.extensions["salve_close"]()
    return Seen(rows, len(identities), disorder, asked, 0.0)


def enrolled_kiosks(engine: Engine) -> tuple[list[str], str]:
    """Enrol the kiosks of all processes in one store; their keys, and an export token."""
    clock = SystemClock()
    with writing(engine) as connection:
        install_starter(connection, clock.now_ms())
        add_store(connection, "S001", "Leeds", "Europe/London", "North", ["en"], "GB", clock.now_ms())
        token = add_token(connection, "reader", None, 1, clock.now_ms())
    return [_enrol(engine, clock, number) for number in range(PROCESSES * KIOSKS_EACH)], token


def _enrol(engine: Engine, clock: SystemClock, number: int) -> str:
    with writing(engine) as connection:
        code = make_code(connection, clock.now_ms(), "S001", "exit", "two-row", ("felt-welcome", "got-needed"))
    return enrol(engine, clock, code, f"sha256:{number:064x}", "1.0.0", "127.0.0.1").key


def settings_for(url: str, folder: Path) -> Settings:
    """A server's settings over this database."""
    return Settings(
        data_dir=folder,
        database_url=url,
        host="127.0.0.1",
        port=8000,
        secret_key=b"0" * 64,
        trusted_hosts=("localhost",),
        proxy_hops=0,
        public_url="http://localhost:8000",
        daily_quota=10_000_000,
    )


def line_of(engine: str, wanted: int, seen: Seen) -> Line:
    """What the reader saw of so many reactions stored."""
    got = f"{seen.rows:,} rows, {seen.different:,} different ones, {seen.disorder} out of order"
    return Line(
        f"read while {PROCESSES} processes store, {engine}",
        f"{wanted:,} reactions stored",
        "each once, in order",
        f"{got}; asked {seen.asked} times in {seen.seconds:.0f} s",
        met=(seen.rows, seen.different, seen.disorder) == (wanted, wanted, 0),
    )


def main() -> int:
    """Try both, print and keep; answers 1 when a reaction was missing, doubled or out of order."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        lines = [line_of("SQLite", wanted, try_out(f"sqlite:///{name}/salve.db", Path(name), wanted, 100))]
    if lacking := lacks_postgresql():
        lines.append(Line("  the same, PostgreSQL", "", "each once, in order", f"left out: {lacking}"))
    else:
        with tempfile.TemporaryDirectory() as name, empty_database() as url:
            lines.append(line_of("PostgreSQL", wanted, try_out(url, Path(name), wanted, 100)))
    show(lines)
    keep("exactly-once", lines, {"reactions": wanted, "processes": PROCESSES})
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
