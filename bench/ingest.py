"""What it costs to store reactions on SQLite, over HTTP, in batches of 500: `python -m bench.ingest [BATCHES]`.

Beside it in the same run: the standard library's executemany of the very same rows, roll-ups and ledger rows in one process,
with everything worked out beforehand; the JSON write API of Datasette 1.0 with the same facts as rows, where one is installed
(SALVE_BENCH_DATASETTE names its command); and our own writer with and without roll-ups. CPU time of the storing side alone.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bench.bodies import Body, bodies, post
from bench.exactly_once import settings_for
from bench.fleet_chain import make_fleet
from bench.served import Served, cpu_s_of, free_port, wait_for
from bench.table import Line, keep, show
from server.analysis.tallies import Tally
from server.clock import SystemClock
from server.database.engine import make_engine, reading
from server.database.presses import presses_between
from server.database.reactions import INSERT, ReactionRow, insert_reactions
from server.database.rollups import UPSERTS, figures_of
from server.fleet.kiosks import shown_key
from server.ingest import taking
from server.ingest.writer import Writer
from wire.messages import SyncRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from server.database.streams import Stream
    from server.ingest.judging import Judged

SIZE, KIOSKS, ROUNDS = 500, 10, 3
MOST_TIMES, LEAST_DATASETTE, MOST_ROLL_UPS = 2.5, 5.0, 1.3
LEDGER = "INSERT INTO arrivals VALUES (?, ?, ?, ?, ?, ?, '')"
PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000"


class Ready(NamedTuple):
    """One batch as the product stored it: its rows, its roll-ups' rows by table, and its ledger row."""

    rows: list[tuple[Any, ...]]
    figures: dict[str, list[tuple[int, ...]]]
    arrival: tuple[int, ...]


def over_http(folder: Path, sent: list[Body]) -> float:
    """CPU seconds of the server for these requests, after some that warm it up."""
    with Served(folder) as server:
        post(server.port, sent[: 2 * KIOSKS])
        before = server.cpu_s()
        post(server.port, sent[2 * KIOSKS :])
        return server.cpu_s() - before


def ready_batches(folder: Path) -> list[Ready]:
    """What the product made of each batch, read back from its database."""
    engine = make_engine(f"sqlite:///{folder / 'salve.db'}")
    raw = sqlite3.connect(folder / "salve.db")
    columns = ", ".join(ReactionRow._fields)
    asked = f"SELECT {columns} FROM reactions WHERE kiosk_id = ? AND stream = ? AND seq BETWEEN ? AND ? ORDER BY seq"  # noqa: S608
    found = []
    with reading(engine) as connection:
        for arrival in raw.execute("SELECT position, kiosk_id, stream, first_seq, last_seq, received_ms FROM arrivals"):
            tally = Tally()
            tally.add(presses_between(connection, *arrival[1:5], arrival[5]))
            figures = {
                table: [(arrival[1], *key, *sums) for key, sums in sorted(cells.items())]
                for table, cells in figures_of(tally).items()
            }
            found.append(Ready(raw.execute(asked, arrival[1:5]).fetchall(), figures, arrival))
    raw.close()
    engine.dispose()
    return found


def plain_cpu_s(path: Path, batches: list[Ready]) -> float:
    """CPU seconds of executemany of the same rows, one commit a batch, after as many batches as ours had to warm up."""
    conn = sqlite3.connect(path, isolation_level=None)
    conn.executescript(PRAGMAS)
    began = 0.0
    for number, batch in enumerate(batches):
        if number == 2 * KIOSKS:
            began = time.process_time()
        conn.execute("BEGIN IMMEDIATE")
        conn.executemany(INSERT, batch.rows)
        for table, rows in batch.figures.items():
            conn.executemany(UPSERTS[table], rows)
        conn.execute(LEDGER, batch.arrival)
        conn.execute("COMMIT")
    spent = time.process_time() - began
    conn.close()
    return spent


def datasette_cpu_s(command: str, folder: Path, batches: list[Ready]) -> float:
    """CPU seconds of Datasette for the same rows through its JSON write API, a batch a request."""
    path = folder / "peer.db"
    key = "PRIMARY KEY (kiosk_id, stream, seq)"
    conn = sqlite3.connect(path)
    conn.executescript(f"PRAGMA journal_mode = WAL; CREATE TABLE reactions ({', '.join(ReactionRow._fields)}, {key})")
    conn.close()
    port, secret = free_port(), "s" * 32
    environment = os.environ | {"DATASETTE_SECRET": secret}
    token = subprocess.run(  # noqa: S603  (the command that was given)
        [command, "create-token", "root", "--secret", secret], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()
    words = [command, "serve", str(path), "--root", "-p", str(port), "--setting", "max_insert_rows", str(SIZE)]
    server = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        wait_for(port, "/-/versions.json", server)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        before = 0.0
        for number, batch in enumerate(batches):
            if number == 2 * KIOSKS:
                before = cpu_s_of(server.pid)
            rows = [dict(zip(ReactionRow._fields, row, strict=True)) for row in batch.rows]
            connection.request("POST", "/peer/reactions/-/insert", json.dumps({"rows": rows}), headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status != 201:
                raise AssertionError(f"Datasette answered {answer.status}: {said[:300]!r}")
        return cpu_s_of(server.pid) - before
    finally:
        server.kill()
        server.wait()


def writer_cpu_s(folder: Path, sent: list[Body], *, counting: bool) -> float:
    """CPU seconds of our writer in this process, with roll-ups or with the rows and the ledger alone."""
    engine, clock = make_engine(f"sqlite:///{folder / 'salve.db'}"), SystemClock()
    writer = Writer(settings_for(str(engine.url), folder), clock, engine)
    requests = [(msgspec.json.decode(body.json, type=SyncRequest), shown_key(body.key)) for body in sent]
    usual = taking.store_in_order
    if not counting:
        taking.store_in_order = _store_rows
    try:
        writer.start()
        began = time.process_time()
        for request, key in requests:
            writer.sync(request, key, "0" * 64)
        spent = time.process_time() - began
        writer.close()
    finally:
        taking.store_in_order = usual
    engine.dispose()
    return spent


def _store_rows(connection: Connection, stream: Stream, judged: Judged, _now_ms: int) -> None:
    insert_reactions(connection, judged.fresh.columns(stream.kiosk_id, stream.number))


def measure(batches: int, datasette: str | None) -> dict[str, float]:
    """The least of some rounds of each, in CPU seconds: what else a machine does only ever adds to them."""
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=".") as name:
            folder = Path(name).resolve()
            make_fleet(folder, "http://127.0.0.1:1", KIOSKS)
            sent = bodies(folder, range(1, KIOSKS + 1), batches // KIOSKS, SIZE)
            copy: Callable[[str], Path] = lambda to: shutil.copytree(folder, folder.with_name(f"{folder.name}-{to}"))  # noqa: E731, B023
            empty, with_roll_ups, without = copy("empty"), copy("with"), copy("without")
            try:
                one = {"salve": over_http(folder, sent)}
                stored = ready_batches(folder)
                one["executemany"] = plain_cpu_s(empty / "salve.db", stored)
                one["writer"] = writer_cpu_s(with_roll_ups, sent, counting=True)
                one["writer_without"] = writer_cpu_s(without, sent, counting=False)
                if datasette:
                    one["datasette"] = datasette_cpu_s(datasette, empty, stored[: 6 * KIOSKS])
            finally:
                for other in (empty, with_roll_ups, without):
                    shutil.rmtree(other)
            rounds.append(one)
    return {what: min(one[what] for one in rounds) for what in rounds[0]}


def main() -> int:
    """Measure, print and keep; answers 1 when a goal is missed."""
    batches = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    datasette = shutil.which(os.environ.get("SALVE_BENCH_DATASETTE", "datasette-1"))
    spent = measure(batches, datasette)
    timed = (batches - 2 * KIOSKS) * SIZE
    counts = {"salve": timed, "executemany": timed, "datasette": 4 * KIOSKS * SIZE}
    cost = {what: 1e6 * seconds / counts.get(what, batches * SIZE) for what, seconds in spent.items()}
    times, rolls = cost["salve"] / cost["executemany"], cost["writer"] / cost["writer_without"]
    own = f"{cost['salve']:.1f} us a reaction"
    lines = [
        Line(
            "stored over HTTP, SQLite, batches of 500",
            f"executemany of the same rows, roll-ups and ledger ({cost['executemany']:.1f} us)",
            f"<= {MOST_TIMES}x its CPU",
            f"{times:.2f}x; {own}",
            met=times <= MOST_TIMES,
        ),
        Line(
            "roll-ups",
            f"the same writer without any ({cost['writer_without']:.1f} us)",
            f"<= {MOST_ROLL_UPS}x",
            f"{rolls:.2f}x",
            met=rolls <= MOST_ROLL_UPS,
        ),
    ]
    if "datasette" in cost:
        less = cost["datasette"] / cost["salve"]
        beside = f"Datasette's JSON write API ({cost['datasette']:.1f} us)"
        lines.insert(
            1,
            Line("  the same", beside, f">= {LEAST_DATASETTE:.0f}x less CPU", f"{less:.1f}x less", met=less >= LEAST_DATASETTE),
        )
    show(lines)
    keep(
        "ingest", lines, {"reactions": batches * SIZE, "cpu_us_a_reaction": {what: round(one, 2) for what, one in cost.items()}}
    )
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
