"""What a CSV of reactions costs, against `sqlite3 -csv` making the same text columns: `python -m bench.exports [REACTIONS]`."""

from __future__ import annotations

import http.client
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from bench.made_ledger import SAME_TEXT, fill
from bench.served import Served, cpu_s_of, free_port, wait_for
from bench.table import Line, keep, show

REACTIONS = 1_000_000
ROUNDS = 5
MOST_TIMES, MOST_MIB, MOST_FIRST_MS = 0.6, 40, 100
# Datasette takes minutes for a million.
DATASETTE_ROWS = 100_000


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


def over_http(folder: Path, token: str) -> dict[str, float]:
    """Milliseconds to the first byte (median of rounds after a first one), and MiB that the server grows by over idle."""
    with Served(folder) as server:
        port = server.port
        _get(port, "/api/v1/export/kiosks.csv", token).read()
        idle = server.memory_mib()
        answer, size = _get(port, "/api/v1/export/reactions.csv", token), 0
        while part := answer.read(1 << 16):
            size += len(part)
        grown = server.memory_mib() - idle
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


def datasette_cpu_us(folder: Path) -> float:
    """CPU microseconds a row of Datasette streaming the reactions' own columns as CSV, with no name or time made text."""
    port = free_port()
    words = [sys.executable, "-m", "datasette", "serve", str(folder / "salve.db"), "-p", str(port)]
    words += ["--setting", "max_csv_mb", "0", "--setting", "max_returned_rows", "1000"]
    with (folder / "datasette.log").open("wb") as log:
        server = subprocess.Popen(words, stdout=log, stderr=log)  # noqa: S603  (our own words)
    try:
        wait_for(port, "/-/versions.json", server)
        before, rows = cpu_s_of(server.pid), 0
        answer = _get(port, "/salve/reactions.csv?_stream=on&_size=max", "")
        for _ in answer:
            rows += 1
            if rows == DATASETTE_ROWS:
                break
        return 1e6 * (cpu_s_of(server.pid) - before) / rows
    finally:
        server.kill()
        server.wait()


def lines_of(count: int, ratio: float, spent: dict[str, float], http: dict[str, float]) -> list[Line]:
    """The goals' lines."""
    own, peer = (1e6 * spent[what] / count for what in ("salve", "sqlite3 -csv"))
    lines = [
        Line(
            f"CSV of {count:,} reactions",
            f"sqlite3 -csv making the same text ({peer:.2f} us a row)",
            f"<= {MOST_TIMES}x its CPU",
            f"{ratio:.2f}x; {own:.2f} us a row with its start",
            met=ratio <= MOST_TIMES,
        ),
        Line(
            "  the server's memory over idle",
            "--",
            f"< {MOST_MIB} MiB",
            f"{http['memory_over_idle_mib']} MiB",
            met=http["memory_over_idle_mib"] < MOST_MIB,
        ),
        Line(
            "  its first byte",
            "--",
            f"< {MOST_FIRST_MS} ms",
            f"{http['first_byte_ms']} ms",
            met=http["first_byte_ms"] < MOST_FIRST_MS,
        ),
    ]
    if "datasette" in spent:
        beside = f"Datasette's CSV of the bare columns ({spent['datasette']:.0f} us a row)"
        lines.append(Line("  the same", beside, "", f"{spent['datasette'] / own:.0f}x less CPU"))
    return lines


def main() -> None:
    """Measure, print and keep."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REACTIONS
    rounds_wanted = ROUNDS if count <= REACTIONS else 2
    if shutil.which("sqlite3") is None:
        sys.exit("bench.exports needs the program sqlite3 to measure against.")
    with tempfile.TemporaryDirectory(dir=os.environ.get("SALVE_BENCH_DIR", ".")) as name:
        folder = Path(name).resolve()
        token = fill(folder, count)
        measures = {"salve": ours_cpu_s, "start": idle_cpu_s, "sqlite3 -csv": peer_cpu_s}
        # They take turns, and the least counts: what else a machine does only ever adds to CPU time, by its caches.
        rounds = [{what: measure(folder) for what, measure in measures.items()} for _ in range(rounds_wanted)]
        spent = {what: min(one[what] for one in rounds) for what in measures}
        same = _alike(folder)
        for written in ("ours.csv", "peer.csv"):
            (folder / written).unlink()
        http = over_http(folder, token)
        if find_spec("datasette") is not None:
            spent["datasette"] = datasette_cpu_us(folder)
    ratio = (spent["salve"] - spent["start"]) / spent["sqlite3 -csv"]
    lines = lines_of(count, ratio, spent, http)
    show(lines)
    cost = {what: round(1e6 * seconds / count, 3) for what, seconds in spent.items() if what != "datasette"}
    with_start = round(spent["salve"] / spent["sqlite3 -csv"], 3)
    about = {"reactions": count, "cpu_us_a_row": cost, "ratio": round(ratio, 3), "ratio_with_start": with_start}
    keep(f"exports-{count}", lines, {**about, "same_text": same, **http})
    if not same or any(line.met is False for line in lines):
        sys.exit("A goal is missed." if same else "The texts differ.")


def _alike(folder: Path) -> bool:
    """Whether both wrote the same lines, but for quotes, which the peer sets around more than needs them."""
    with (folder / "ours.csv").open(newline="") as ours, (folder / "peer.csv").open(newline="") as peer:
        next(ours), next(peer)
        return all(
            mine.replace('"', "").rstrip() == theirs.replace('"', "").rstrip() for mine, theirs in zip(ours, peer, strict=True)
        )


if __name__ == "__main__":
    main()
