"""What sharing a commit gains on a disk that syncs in 5 ms: 32 clients against the same server, which then commits each alone.

`python -m bench.group_commit`; needs a C compiler. The slow disk is a preloaded fdatasync that waits 5 ms and syncs nothing, so
that this machine's own disk does not matter; SQLite calls it in both servers alike.
"""

from __future__ import annotations

import http.client
import multiprocessing
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from bench import served
from bench.bodies import Body, bodies
from bench.fleet_chain import make_fleet
from bench.slow_disk import SYNC_MS, slowed
from bench.table import Line, keep, percentile, show
from wire.encoding import CONTENT_TYPE

CLIENTS, SECONDS, WARM_S = 32, 8.0, 2.0
MOST_REQUESTS = 1_500
LEAST_TIMES, LEAST_P99 = 12.0, 5.0
ALONE = "import server.ingest.writer as w; w.MOST_TOGETHER = 1; from server.cli import main; main()"


class Served(NamedTuple):
    """What the clients had: requests a second, and how long one took (seconds); and the server's CPU a request (seconds)."""

    a_second: float
    p50_s: float
    p99_s: float
    cpu_s: float


def measure(command: tuple[str, ...], slow: dict[str, str]) -> Served:
    """Let 32 clients send one press a request for some seconds."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        make_fleet(folder, "http://127.0.0.1:1", CLIENTS)
        each = [bodies(folder, range(number, number + 1), MOST_REQUESTS, 1) for number in range(1, CLIENTS + 1)]
        usual, served.SERVE = served.SERVE, command
        try:
            with served.Served(folder, slow) as server:
                end, other = multiprocessing.get_context("fork").Pipe()
                clients = multiprocessing.get_context("fork").Process(target=_clients, args=(server.port, each, other))
                clients.start()
                end.recv()
                before = server.cpu_s()
                took: list[float] = end.recv()
                spent = server.cpu_s() - before
                clients.join()
        finally:
            served.SERVE = usual
    return Served(len(took) / SECONDS, percentile(took, 0.5), percentile(took, 0.99), spent / len(took))


def _clients(port: int, each: list[list[Body]], pipe: multiprocessing.connection.Connection) -> None:
    found: list[tuple[float, float]] = []
    begins = time.monotonic() + WARM_S
    ends = begins + SECONDS
    threads = [threading.Thread(target=_client, args=(port, mine, ends, found)) for mine in each]
    for thread in threads:
        thread.start()
    time.sleep(WARM_S)
    pipe.send("warm")
    for thread in threads:
        thread.join()
    pipe.send([took for at, took in found if at >= begins])


def _client(port: int, mine: list[Body], ends: float, found: list[tuple[float, float]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for body in mine:
        began = time.monotonic()
        if began >= ends:
            break
        headers = {"Authorization": f"Bearer {body.key}", "Content-Type": CONTENT_TYPE}
        connection.request("POST", "/api/v1/sync", body.json, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise AssertionError(f"answered {answer.status}")
        found.append((began, time.monotonic() - began))
    connection.close()


def main() -> int:
    """Measure, print and keep; answers 1 when a goal is missed."""
    with tempfile.TemporaryDirectory() as name:
        slow = slowed(Path(name))
        together = measure(served.SERVE, slow)
        alone = measure((sys.executable, "-c", ALONE, "serve"), slow)
    times, shorter = together.a_second / alone.a_second, alone.p99_s / together.p99_s
    beside = f"the same server, a commit a request ({alone.a_second:.0f}/s, p99 {1000 * alone.p99_s:.0f} ms)"
    own = f"{together.a_second:.0f}/s, p99 {1000 * together.p99_s:.0f} ms"
    lines = [
        Line(
            "32 clients, a disk that syncs in 5 ms",
            beside,
            f">= {LEAST_TIMES:.0f}x requests a second",
            f"{times:.1f}x; {own}",
            met=times >= LEAST_TIMES,
        ),
        Line("  the same", "", f"p99 >= {LEAST_P99:.0f}x lower", f"{shorter:.1f}x", met=shorter >= LEAST_P99),
    ]
    show(lines)
    keep("group-commit", lines, {"together": together._asdict(), "alone": alone._asdict(), "sync_ms": SYNC_MS})
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
