"""What it costs to store reactions on SQLite, over HTTP, in batches of 500: `python -m bench.ingest [BATCHES]`.

Beside it in the same run: the standard library's executemany of the very same rows, roll-ups and ledger rows in one process,
with everything worked out beforehand; the JSON write API of Datasette 1.0 and InfluxDB's line protocol with the same facts,
where they are installed (SALVE_BENCH_DATASETTE and SALVE_BENCH_INFLUXDB name their commands); and our own writer with and
without roll-ups. CPU time of the storing side alone.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bench.bodies import Body, bodies, post
from bench.exactly_once import settings_for
from bench.fleet_chain import make_fleet
from bench.ingest_peers import Peer, datasette, influxdb
from bench.served import Served
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
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from server.database.streams import Stream
    from server.ingest.judging import Judged

SIZE, KIOSKS, ROUNDS = 500, 10, 3
MOST_TIMES, LEAST_DATASETTE, LEAST_INFLUXDB, MOST_ROLL_UPS = 2.5, 5.0, 1.0, 1.3
# How many batches warm each server up, and how many Datasette then gets, which is slow.
WARM, DATASETTE_BATCHES = 2 * KIOSKS, 4 * KIOSKS
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
        post(server.port, sent[:WARM])
        before = server.cpu_s()
        post(server.port, sent[WARM:])
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
        if number == WARM:
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


def peers_of(commands: Mapping[str, str], folder: Path, stored: list[Ready]) -> dict[str, Peer]:
    """What the peers that are installed take for the same rows."""
    found, batches = {}, [batch.rows for batch in stored]
    if "datasette" in commands:
        found["datasette"] = datasette(commands["datasette"], folder, batches[: WARM + DATASETTE_BATCHES], WARM)
    if "influxdb" in commands:
        found["influxdb"] = influxdb(commands["influxdb"], folder, batches, WARM)
    return found


def measure(batches: int, commands: Mapping[str, str]) -> tuple[dict[str, float], dict[str, str]]:
    """CPU seconds of each and the peers' versions: the least of some rounds, as what else a machine does only ever adds."""
    rounds: list[dict[str, float]] = []
    peers: dict[str, Peer] = {}
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
                peers = peers_of(commands, empty, stored)
            finally:
                for other in (empty, with_roll_ups, without):
                    shutil.rmtree(other)
            rounds.append(one | {name: peer.cpu_s for name, peer in peers.items()})
    return {what: min(one[what] for one in rounds) for what in rounds[0]}, {name: peer.version for name, peer in peers.items()}


def lines_of(cost: Mapping[str, float], versions: Mapping[str, str]) -> list[Line]:
    """The goals' lines, of CPU microseconds a reaction."""
    times, rolls = cost["salve"] / cost["executemany"], cost["writer"] / cost["writer_without"]
    return [
        Line(
            "stored over HTTP, SQLite, batches of 500",
            f"executemany of the same rows, roll-ups and ledger ({cost['executemany']:.1f} us)",
            f"<= {MOST_TIMES}x its CPU",
            f"{times:.2f}x; {cost['salve']:.1f} us a reaction",
            met=times <= MOST_TIMES,
        ),
        _beside("datasette", "Datasette's JSON write API", LEAST_DATASETTE, cost, versions),
        _beside("influxdb", "InfluxDB over HTTP, rows alone", LEAST_INFLUXDB, cost, versions),
        Line(
            "roll-ups",
            f"the same writer without any ({cost['writer_without']:.1f} us)",
            f"<= {MOST_ROLL_UPS}x",
            f"{rolls:.2f}x",
            met=rolls <= MOST_ROLL_UPS,
        ),
    ]


def _beside(peer: str, words: str, least: float, cost: Mapping[str, float], versions: Mapping[str, str]) -> Line:
    goal = f">= {least:.0f}x less CPU"
    if peer not in cost:
        return Line("  the same", words, goal, "left out: not installed")
    less = cost[peer] / cost["salve"]
    beside = f"{words} ({versions[peer]}, {cost[peer]:.1f} us)"
    return Line("  the same", beside, goal, f"{less:.2f}x less", met=less >= least)


def main() -> int:
    """Measure, print and keep; answers 1 when a goal is missed."""
    batches = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    named = {"datasette": "SALVE_BENCH_DATASETTE", "influxdb": "SALVE_BENCH_INFLUXDB"}
    usual = {"datasette": "datasette-1", "influxdb": "influxd"}
    commands = {peer: found for peer, name in named.items() if (found := shutil.which(os.environ.get(name, usual[peer])))}
    spent, versions = measure(batches, commands)
    timed = (batches - WARM) * SIZE
    counts = {
        "salve": timed,
        "executemany": timed,
        "datasette": min(DATASETTE_BATCHES, batches - WARM) * SIZE,
        "influxdb": timed,
    }
    cost = {what: 1e6 * seconds / counts.get(what, batches * SIZE) for what, seconds in spent.items()}
    lines = lines_of(cost, versions)
    show(lines)
    kept = {what: round(one, 2) for what, one in cost.items()}
    keep("ingest", lines, {"reactions": batches * SIZE, "cpu_us_a_reaction": kept, "peers": versions})
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
