"""What a press costs on the card's side, against a plain insert by the standard library's sqlite3: `python -m bench.press`.

The peer stores the same facts with the same durability: one connection that is held, WAL, synchronous=FULL, one INSERT and one
COMMIT a press. It folds its WAL by itself each 1,000 pages; the kiosk's is folded each hundred presses, as its housekeeping
does, and that is counted too.
"""

from __future__ import annotations

import platform
import queue
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench.table import Line, keep
from kiosk.buffer.file import USUAL
from kiosk.buffer.whole import Buffer
from kiosk.clock import SystemClock
from kiosk.housekeeping import FOLD_WHEN_IDLE
from kiosk.press import Recorder
from kiosk.work import Press
from kiosk.writing import Writer
from wire.messages import Config, Reaction

if TYPE_CHECKING:
    from collections.abc import Callable

# CPU of storing a press, as a share of the peer's.
MOST = 1.0
PRESSES = 2_000
ROUNDS = 7
# Six presses a minute, so that the judge finds what it finds in a shop and not a rush.
APART_MS = 10_000
COLUMNS = ("stream", "seq", *Reaction._fields)
INSERT = f"INSERT INTO presses ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
CONFIG = Config(1, 1, "S001", [], "two", {})


class ShopClock(SystemClock):
    """The machine's clocks, with presses further apart than the benchmark makes them."""

    now_ms = 1_000_000

    def elapsed_ms(self) -> int:
        """The moment that the benchmark has come to."""
        return self.now_ms


class Measured(NamedTuple):
    """One way to store presses: its name, and CPU seconds of PRESSES of them in a folder."""

    name: str
    cpu_s: Callable[[Path], float]


def reaction(seq: int) -> Reaction:
    """A press as the writer stamps it."""
    return Reaction(seq * APART_MS, 1_790_000_000_000 + seq * APART_MS, True, 1, "welcome-happy", 3, None, "vote")


def buffer_cpu_s(folder: Path) -> float:
    """A press into the buffer."""
    buffer = Buffer(folder)
    buffer.boot_number("boot-1", 1)
    stream = buffer.new_stream()

    def store(seq: int) -> None:
        buffer.append(stream, seq, [reaction(seq)])
        if seq % FOLD_WHEN_IDLE == 0:
            buffer.tidy(at_least=FOLD_WHEN_IDLE)

    spent = _cpu_s(store)
    buffer.close()
    return spent


def writer_cpu_s(folder: Path) -> float:
    """A press judged, stamped, stored and answered."""
    clock = ShopClock()
    writer = Writer(folder, clock, CONFIG, lambda _: None, USUAL, lambda: None)
    writer.open()

    def take(seq: int) -> None:
        clock.now_ms += APART_MS
        writer.take([Press(clock.now_ms, "happy" if seq % 3 else "unhappy")])
        if seq % FOLD_WHEN_IDLE == 0:
            writer.work.buffer.tidy(at_least=FOLD_WHEN_IDLE)

    spent = _cpu_s(take)
    writer.work.buffer.close()
    return spent


def recorder_cpu_s(folder: Path) -> float:
    """The same behind the queue of its own thread, and back."""
    clock, answered = ShopClock(), threading.Semaphore(0)
    recorder = Recorder(folder, clock, CONFIG, lambda _: answered.release())
    recorder.start()

    def put(seq: int) -> None:
        clock.now_ms += APART_MS
        recorder.put(Press(clock.now_ms, "happy" if seq % 3 else "unhappy"))
        answered.acquire()
        if seq % FOLD_WHEN_IDLE == 0:
            recorder.ask(lambda work: work.buffer.tidy(at_least=FOLD_WHEN_IDLE))

    spent = _cpu_s(put)
    recorder.stop()
    return spent


def plain_cpu_s(folder: Path) -> float:
    """The peer."""
    conn = _plain(folder)

    def insert(seq: int) -> None:
        conn.execute(INSERT, (1, seq, *reaction(seq)))
        conn.commit()

    spent = _cpu_s(insert)
    conn.close()
    return spent


def plain_thread_cpu_s(folder: Path) -> float:
    """The peer behind a queue and a thread of its own, because a callback of a pin must not wait for a card."""
    rows: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    answered = threading.Semaphore(0)

    def work() -> None:
        conn = _plain(folder)
        while (seq := rows.get()) is not None:
            conn.execute(INSERT, (1, seq, *reaction(seq)))
            conn.commit()
            answered.release()
        conn.close()

    def put(seq: int) -> None:
        rows.put(seq)
        answered.acquire()

    thread = threading.Thread(target=work)
    thread.start()
    spent = _cpu_s(put)
    rows.put(None)
    thread.join()
    return spent


def default_cpu_s(folder: Path) -> float:
    """The same rows with sqlite3's own defaults: a rollback journal, which syncs four times a press."""
    conn = _table(sqlite3.connect(folder / "default.db"))

    def insert(seq: int) -> None:
        with conn:
            conn.execute(INSERT, (1, seq, *reaction(seq)))

    spent = _cpu_s(insert)
    conn.close()
    return spent


def _plain(folder: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(folder / "plain.db")
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    return _table(conn)


def _table(conn: sqlite3.Connection) -> sqlite3.Connection:
    conn.execute(f"CREATE TABLE presses (id INTEGER PRIMARY KEY, {', '.join(COLUMNS)})")
    return conn


def _cpu_s(press: Callable[[int], None]) -> float:
    began = time.process_time()
    for seq in range(1, PRESSES + 1):
        press(seq)
    return time.process_time() - began


PEER = "plain insert"
STORED, JUDGED = "buffer: stored", "writer: judged, stamped, stored"
MEASURES = (
    Measured(PEER, plain_cpu_s),
    Measured(STORED, buffer_cpu_s),
    Measured(JUDGED, writer_cpu_s),
    Measured("plain insert in a thread", plain_thread_cpu_s),
    Measured("recorder: the same in its thread", recorder_cpu_s),
    Measured("insert with sqlite3's defaults", default_cpu_s),
)


def main() -> int:
    """Print the ratios, medians of rounds in which all take turns; answers 1 when storing a press costs more than the peer."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    spent: dict[str, list[float]] = {one.name: [] for one in MEASURES}
    for _ in range(rounds):
        for one in MEASURES:
            with tempfile.TemporaryDirectory(dir=".") as folder:
                spent[one.name].append(one.cpu_s(Path(folder)))
    versions = f"SQLite {sqlite3.sqlite_version}, Python {platform.python_version()}"
    print(f"CPU a press ({PRESSES} presses, {rounds} rounds, {versions})")  # noqa: T201
    ratios = {}
    for name, times in spent.items():
        ratios[name] = statistics.median(own / peer for own, peer in zip(times, spent[PEER], strict=True))
        goal = f" (goal: at most {MOST:.1f})" if name == STORED else ""
        print(f"  {name:34} {1e6 * statistics.median(times) / PRESSES:6.0f} us   {ratios[name]:.2f} of a plain insert{goal}")  # noqa: T201
    beside = "a plain insert by the standard library, WAL, synchronous=FULL"
    lines = [
        Line(words, beside, f"<= {MOST:.1f}x its CPU", f"{ratios[name]:.2f}x", met=ratios[name] <= MOST)
        for words, name in (("a press stored", STORED), ("  judged, stamped, stored, answered", JUDGED))
    ]
    keep(
        "press", lines, {"presses": PRESSES, "rounds": rounds, "ratios": {name: round(one, 3) for name, one in ratios.items()}}
    )
    return int(ratios[STORED] > MOST)


if __name__ == "__main__":
    sys.exit(main())
