"""A reader of a long CSV who reads slowly for minutes, while kiosks sync and others read: `python -m bench.slow_reader`.

Nobody may wait because of that reader, the journal (WAL) may not grow with the time that the reader takes, and what the reader
gets in the end is byte for byte what the command writes into a file. Wall time; SALVE_BENCH_DIR says where the files lie.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.exactly_once import message
from bench.made_ledger import fill
from bench.served import Served
from bench.table import Line, keep, percentile, show
from server.clock import SystemClock
from server.database.engine import make_engine, writing
from server.fleet.enrolment import enrol, make_code

if TYPE_CHECKING:
    from collections.abc import Callable

USUAL = 1_000_000
MIB = 1 << 20
SLOW_BYTES_A_SECOND = 256 * 1024
PRESSES, EVERY_S, ALONE_S = 20, 0.2, 20.0
# SQLite folds its journal at 4 MiB; what commits while a chunk is being read comes on top.
MOST_WAL_MIB, MOST_WAIT_S, MOST_MIB = 16, 1.0, 40


class Read(NamedTuple):
    """What the slow reader got: how much while it was slow, all of it, its hash, and how long that took."""

    slowly: int
    whole: int
    sha256: str
    seconds: float


class Memory(NamedTuple):
    """The most that the server had so far (MiB): just begun, when the others had been at it without the reader, at the end."""

    began: float
    idle: float
    end: float


class Meanwhile:
    """Two who go on at the side: how long each waited for an answer (seconds), and how large the journal was (bytes)."""

    def __init__(self, wal: Path) -> None:
        self.writes: list[float] = []
        self.reads: list[float] = []
        self.wal = 0
        self._wal = wal
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def go_on(self, found: list[float], ask: Callable[[], None]) -> None:
        """Ask each fifth of a second until it is over."""

        def work() -> None:
            while not self._over.wait(EVERY_S):
                began = time.perf_counter()
                ask()
                found.append(time.perf_counter() - began)
                self.wal = max(self.wal, self._wal.stat().st_size)

        self._threads.append(threading.Thread(target=work))
        self._threads[-1].start()

    def end(self) -> None:
        """Let them end."""
        self._over.set()
        for thread in self._threads:
            thread.join()


def read_slowly(port: int, token: str, slow_s: float) -> Read:
    """Read the reactions: some hundred KiB a second for so long, then the rest as fast as it comes."""
    began, digest, whole, slowly = time.monotonic(), hashlib.sha256(), 0, 0
    answer = _ask(port, "GET", "/api/v1/export/reactions.csv", token)
    while part := answer.read(SLOW_BYTES_A_SECOND // 10):
        digest.update(part)
        whole += len(part)
        if time.monotonic() - began < slow_s:
            slowly = whole
            time.sleep(0.1)
    return Read(slowly, whole, digest.hexdigest(), time.monotonic() - began)


def exported(folder: Path) -> str:
    """The hash of what the command writes."""
    path = folder / "whole.csv"
    words = [sys.executable, "-c", "from server.cli import main; main()", "export", "reactions", "-o", str(path)]
    subprocess.run(words, check=True, env=os.environ | {"SALVE_DATA_DIR": str(folder)}, stderr=subprocess.DEVNULL)  # noqa: S603
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(MIB):
            digest.update(part)
    path.unlink()
    return digest.hexdigest()


def enrolled(folder: Path) -> tuple[str, int]:
    """A kiosk that syncs meanwhile: its key and its configuration's version."""
    engine, clock = make_engine(f"sqlite:///{folder / 'salve.db'}"), SystemClock()
    with writing(engine) as connection:
        code = make_code(connection, clock.now_ms(), "S001", "exit", "two-row", ("felt-welcome", "got-needed"))
    reply = enrol(engine, clock, code, f"sha256:{'0' * 64}", "1.0.0", "127.0.0.1")
    engine.dispose()
    return reply.key, reply.config.version


def _ask(port: int, method: str, path: str, key: str, body: bytes | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request(method, path, body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status != 200:
        raise AssertionError(f"{path} answered {answer.status}: {answer.read()[:300]!r}")
    return answer


def measure(folder: Path, count: int, slow_s: float) -> tuple[Read, Meanwhile, Memory, bool]:
    """The reader, the others, the server's memory, and whether the reader got what the command writes."""
    token = fill(folder, count)
    key, version = enrolled(folder)
    runs = itertools.count()

    def sync() -> None:
        first = next(runs) * PRESSES + 1
        said = message(version, first, range(first, first + PRESSES))
        _ask(server.port, "POST", "/api/v1/sync", key, json.dumps(said).encode()).read()

    def others() -> Meanwhile:
        found = Meanwhile(folder / "salve.db-wal")
        found.go_on(found.writes, sync)
        found.go_on(found.reads, lambda: _ask(server.port, "GET", "/api/v1/export/kiosks.csv", token).read() and None)
        return found

    with Served(folder) as server:
        began_mib = server.memory_mib()
        # What the others take without that reader, at their first time and by and by, is not the reader's.
        alone = others()
        time.sleep(ALONE_S)
        alone.end()
        wanted = exported(folder)
        idle_mib = server.memory_mib()
        # The reader's end of the ledger is told when it asks, before anybody else stores something.
        got: list[Read] = []
        reader = threading.Thread(target=lambda: got.append(read_slowly(server.port, token, slow_s)))
        reader.start()
        time.sleep(1.0)
        meanwhile = others()
        reader.join()
        meanwhile.end()
        memory = Memory(began_mib, idle_mib, server.memory_mib())
    return got[0], meanwhile, memory, got[0].sha256 == wanted


def main() -> int:
    """Measure, print and keep; answers 1 when somebody waited or the text was another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reactions", type=int, default=USUAL)
    parser.add_argument("--slow", type=float, default=120, help="seconds of slow reading; the rest is read as fast as it comes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.environ.get("SALVE_BENCH_DIR", ".")) as name:
        read, others, memory, same = measure(Path(name).resolve(), given.reactions, given.slow)
    writes, reads, wal = percentile(others.writes, 0.99), percentile(others.reads, 0.99), others.wal / MIB
    grown = memory.end - memory.idle
    who = f"a reader of {given.reactions:,} reactions, slow for {given.slow:.0f} s"
    said = f"syncs p99 {1000 * writes:.0f} ms of {len(others.writes)}, reads p99 {1000 * reads:.0f} ms of {len(others.reads)}"
    lines = [
        Line(who, "the same written by the command", "the same bytes", f"{read.whole:,} bytes", met=same),
        Line("  others meanwhile", "--", f"< {MOST_WAIT_S:.0f} s", said, met=max(writes, reads) < MOST_WAIT_S),
        Line("  the journal (WAL)", "--", f"< {MOST_WAL_MIB} MiB", f"{wal:.1f} MiB at most", met=wal < MOST_WAL_MIB),
        Line(
            "  memory over idle",
            f"the same others alone, who take {memory.idle - memory.began:.0f} MiB",
            f"< {MOST_MIB} MiB",
            f"{grown:.0f} MiB",
            met=grown < MOST_MIB,
        ),
    ]
    show(lines)
    keep(
        f"slow-reader-{given.reactions}",
        lines,
        {"reactions": given.reactions, "read": read._asdict(), "wal_mib": round(wal, 1), "memory_mib": memory._asdict()},
    )
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
