"""What a CSV of reactions costs, against `sqlite3 -csv` making the same text columns: `python -m bench.exports [REACTIONS]`."""

from __future__ import annotations

import http.client
import json
import os
import platform
import resource
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from server.access.tokens import add_token
from server.database.engine import make_engine, writing
from server.database.kiosks import add_kiosk
from server.database.migrate import upgrade
from server.database.placements import place
from server.database.stores import add_store, store_ids
from server.database.tables import questions, reactions, streams
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

REACTIONS = 1_000_000
KIOSKS, IN_A_RUN, ROUNDS = 40, 12, 5
BEGIN_MS = 1_780_000_000_000
RESULTS = Path(__file__).parent / "results" / "exports.json"
# Every column as the export writes it. The peer gets the zone's offset for nothing: it has no time zones.
SAME_TEXT = """
SELECT a.position, s.code, s.region, k.code, p.touchpoint, q.code, q.signal, q.dimension, w.code, w.polarity,
 strftime('%Y-%m-%dT%H:%M:%fZ', r.pressed_ms / 1000.0, 'unixepoch'),
 strftime('%Y-%m-%dT%H:%M:%f', r.pressed_ms / 1000.0, 'unixepoch', '+1 hour') || '+01:00',
 CASE r.time_quality WHEN 0 THEN 'exact' WHEN 1 THEN 'estimated' WHEN 2 THEN 'bounded' ELSE 'unknown' END, r.uncertainty_ms,
 strftime('%Y-%m-%dT%H:%M:%fZ', a.received_ms / 1000.0, 'unixepoch'), t.token, r.seq, r.visit,
 CASE r.mark WHEN 0 THEN 'vote' WHEN 1 THEN 'repeat' WHEN 2 THEN 'mash' ELSE 'rate' END,
 CASE r.reason WHEN 0 THEN '' WHEN 1 THEN 'mash' WHEN 2 THEN 'out-of-hours' WHEN 3 THEN 'burst' ELSE 'closing-run' END,
 r.counted, r.config_version
FROM arrivals a JOIN reactions r ON r.kiosk_id = a.kiosk_id AND r.stream = a.stream AND r.seq BETWEEN a.first_seq AND a.last_seq
JOIN placements p ON p.id = r.placement_id JOIN stores s ON s.id = p.store_id JOIN kiosks k ON k.id = r.kiosk_id
JOIN questions q ON q.id = r.question_id JOIN answers w ON w.id = r.answer_id
JOIN streams t ON t.kiosk_id = r.kiosk_id AND t.number = r.stream
ORDER BY a.position, r.seq;
"""


def fill(folder: Path, count: int) -> str:
    """A database with that many reactions of 40 kiosks in 40 stores, 12 to an arrival; returns an export token."""
    engine = make_engine(f"sqlite:///{folder / 'salve.db'}")
    upgrade(engine)
    with writing(engine) as connection:
        install_starter(connection, 0)
        placements = [_kiosk(connection, number) for number in range(1, KIOSKS + 1)]
        ids = [row.id for row in connection.execute(questions.select().limit(2))]
        token = add_token(connection, "bench", None, 1, time.time_ns() // 1_000_000)
    raw = sqlite3.connect(folder / "salve.db")
    with raw:
        runs = range(count // IN_A_RUN)
        names = ", ".join(column.name for column in reactions.columns)
        marks = ", ".join("?" for _ in reactions.columns)
        raw.executemany(f"INSERT INTO reactions ({names}) VALUES ({marks})", _rows(runs, placements, ids))  # noqa: S608
        raw.executemany("INSERT INTO arrivals VALUES (?, ?, ?, ?, ?, ?, '')", (_arrival(run) for run in runs))
        raw.execute("UPDATE counters SET value = ? WHERE name = 'position'", (len(runs),))
    raw.close()
    engine.dispose()
    return token


def _kiosk(connection: Connection, number: int) -> int:
    code = f"S{number:03d}"
    add_store(connection, code, f"Store {number}", "Africa/Lagos", "South, by the sea", ["en"], "", 0)
    kiosk_id = add_kiosk(connection, f"sha256:{number}", "1.0.0", 0)
    values = {"kiosk_id": kiosk_id, "number": number, "token": f"{number:032x}", "high": 0, "first_ms": 0}
    connection.execute(streams.insert().values(values))
    return place(connection, kiosk_id, store_ids(connection, [code])[0], "exit", 0)


def _arrival(run: int) -> tuple[int, ...]:
    kiosk, first = run % KIOSKS + 1, run // KIOSKS * IN_A_RUN + 1
    return run + 1, kiosk, kiosk, first, first + IN_A_RUN - 1, BEGIN_MS + (run + 1) * 7_000


def _rows(runs: range, placements: list[int], ids: list[int]) -> Iterator[tuple[object, ...]]:
    for run in runs:
        _, kiosk, stream, first, last, received_ms = _arrival(run)
        for seq in range(first, last + 1):
            pressed_ms = received_ms - (last - seq + 1) * 487
            answer = 2 if seq % 5 else 4
            visit = seq - 1 if seq % 3 == 0 else None
            yield (
                *(kiosk, stream, seq, 1, pressed_ms - BEGIN_MS, pressed_ms, 1, 3, "happy", visit, 0, placements[kiosk - 1]),
                *(ids[seq % 2], answer, 2, 0, 1, pressed_ms, 40, 0),
            )


def ours_cpu_s(folder: Path) -> float:
    """CPU seconds of `salve-server export reactions`, in a process of its own."""
    words = [sys.executable, "-c", "from server.cli import main; main()", "export", "reactions", "-o", str(folder / "ours.csv")]
    return _child_cpu_s(words, folder)


def idle_cpu_s(folder: Path) -> float:
    """CPU seconds of the same program when there is nothing to export: what it costs to start it."""
    words = [sys.executable, "-c", "from server.cli import main; main()", "export", "kiosks", "-o", str(folder / "idle.csv")]
    return _child_cpu_s(words, folder)


def peer_cpu_s(folder: Path) -> float:
    """CPU seconds of `sqlite3 -csv` with the same columns as text."""
    words = ["sqlite3", "-readonly", "-header", "-csv", str(folder / "salve.db"), f".output {folder / 'peer.csv'}", SAME_TEXT]
    return _child_cpu_s(words, folder)


def _child_cpu_s(words: list[str], folder: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"SALVE_DATA_DIR": str(folder), "SALVE_DATABASE_URL": f"sqlite:///{folder / 'salve.db'}"}
    subprocess.run(words, check=True, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603  (our own words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, int]]:
    """The web server over this database: its process id and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"SALVE_DATA_DIR": str(folder), "SALVE_PORT": str(port)}
    words = [sys.executable, "-c", "from server.cli import main; main()", "serve"]
    server = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        for _ in range(300):
            try:
                _get(port, "/healthz", "").read()
                break
            except OSError:
                time.sleep(0.1)
        yield server.pid, port
    finally:
        server.terminate()
        server.wait()


def over_http(folder: Path, token: str) -> dict[str, float]:
    """Milliseconds to the first byte (median of rounds after a first one), and MiB that the server grows by over idle."""
    with serving(folder) as (pid, port):
        _get(port, "/api/v1/export/kiosks.csv", token).read()
        idle = _memory_mib(pid)
        answer, size = _get(port, "/api/v1/export/reactions.csv", token), 0
        while part := answer.read(1 << 16):
            size += len(part)
        grown = _memory_mib(pid) - idle
        waits = [_first_byte_ms(port, token) for _ in range(2 * ROUNDS + 1)]
    return {
        "first_byte_ms": round(statistics.median(waits), 1),
        "memory_over_idle_mib": round(grown, 1),
        "mebibytes": round(size / 2**20, 1),
    }


def _first_byte_ms(port: int, token: str) -> float:
    began = time.perf_counter()
    answer = _get(port, "/api/v1/export/reactions.csv", token)
    answer.read(1)
    waited_ms = 1000 * (time.perf_counter() - began)
    answer.close()
    return waited_ms


def _get(port: int, path: str, token: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
    return connection.getresponse()


def _memory_mib(pid: int) -> float:
    """The most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) / 1024


def main() -> None:
    """Measure, print and keep."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REACTIONS
    if shutil.which("sqlite3") is None:
        sys.exit("bench.exports needs the program sqlite3 to measure against.")
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        token = fill(folder, count)
        measures = {"salve": ours_cpu_s, "start": idle_cpu_s, "sqlite3 -csv": peer_cpu_s}
        # They take turns, and the least counts: what else a machine does only ever adds to CPU time, by its caches.
        rounds = [{what: measure(folder) for what, measure in measures.items()} for _ in range(ROUNDS)]
        spent = {what: min(one[what] for one in rounds) for what in measures}
        same = _alike(folder)
        result = {
            "reactions": count,
            "cpu_us_a_row": {what: round(1e6 * seconds / count, 3) for what, seconds in spent.items()},
            "ratio": round((spent["salve"] - spent["start"]) / spent["sqlite3 -csv"], 3),
            "ratio_with_start": round(spent["salve"] / spent["sqlite3 -csv"], 3),
            "same_text": same,
            **over_http(folder, token),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    for what, value in result.items():
        print(f"{what:22} {value}")  # noqa: T201
    if result["ratio"] > 0.6 or result["memory_over_idle_mib"] > 40 or result["first_byte_ms"] > 100 or not same:  # type: ignore[operator]
        sys.exit("A goal is missed: ratio <= 0.6, memory <= 40 MiB over idle, first byte <= 100 ms, the same text.")


def _alike(folder: Path) -> bool:
    """Whether both wrote the same lines, but for quotes, which the peer sets around more than needs them."""
    with (folder / "ours.csv").open(newline="") as ours, (folder / "peer.csv").open(newline="") as peer:
        next(ours), next(peer)
        return all(
            mine.replace('"', "").rstrip() == theirs.replace('"', "").rstrip() for mine, theirs in zip(ours, peer, strict=True)
        )


if __name__ == "__main__":
    main()
