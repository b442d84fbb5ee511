"""What a press costs on the card's side, against a plain insert by the standard library's sqlite3: `python -m bench.press`."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.buffer.whole import Buffer
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Callable

PRESSES = 2_000
ROUNDS = 5


def reaction(seq: int) -> Reaction:
    """A press as the writer stamps it."""
    return Reaction(seq * 5_000, 1_790_000_000_000 + seq * 5_000, True, 1, "welcome-happy", 3, None, "vote")


def buffer_cpu_s(folder: Path) -> float:
    """CPU seconds of PRESSES presses into a buffer."""
    buffer = Buffer(folder)
    buffer.boot_number("boot-1", 1)
    stream = buffer.new_stream()
    spent = _cpu_s(lambda seq: buffer.append(stream, seq, [reaction(seq)]))
    buffer.close()
    return spent


def plain_cpu_s(folder: Path) -> float:
    """CPU seconds of the same rows into a table of their own, as most programs would write it, in the same journal mode."""
    conn = sqlite3.connect(folder / "plain.db")
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")
    columns = ", ".join(f"{name}" for name in Reaction._fields)
    conn.execute(f"CREATE TABLE presses (id INTEGER PRIMARY KEY, {columns})")
    marks = ", ".join("?" for _ in Reaction._fields)

    def insert(seq: int) -> None:
        conn.execute(f"INSERT INTO presses ({columns}) VALUES ({marks})", reaction(seq))  # noqa: S608
        conn.commit()

    spent = _cpu_s(insert)
    conn.close()
    return spent


def default_cpu_s(folder: Path) -> float:
    """CPU seconds of the same rows with sqlite3's own defaults: a rollback journal, and a transaction for each."""
    conn = sqlite3.connect(folder / "default.db")
    columns = ", ".join(Reaction._fields)
    conn.execute(f"CREATE TABLE presses (id INTEGER PRIMARY KEY, {columns})")
    marks = ", ".join("?" for _ in Reaction._fields)

    def insert(seq: int) -> None:
        with conn:
            conn.execute(f"INSERT INTO presses ({columns}) VALUES ({marks})", reaction(seq))  # noqa: S608

    spent = _cpu_s(insert)
    conn.close()
    return spent


def _cpu_s(press: Callable[[int], None]) -> float:
    began = time.process_time()
    for seq in range(1, PRESSES + 1):
        press(seq)
    return time.process_time() - began


def main() -> None:
    """Print the ratios; each is the median of rounds that take turns."""
    measures = {"buffer": buffer_cpu_s, "plain WAL insert": plain_cpu_s, "default insert": default_cpu_s}
    spent: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(ROUNDS):
        for name, measure in measures.items():
            with tempfile.TemporaryDirectory(dir=".") as folder:
                spent[name].append(measure(Path(folder)))
    own = statistics.median(spent["buffer"])
    for name, times in spent.items():
        median = statistics.median(times)
        print(f"{name:20} {1e6 * median / PRESSES:8.0f} us of CPU a press   buffer / this = {own / median:.2f}")  # noqa: T201


if __name__ == "__main__":
    main()
