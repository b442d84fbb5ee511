"""How long a shopper waits for the light where the card syncs in 5 ms, beside that sync alone: `python -m bench.light`."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.press import APART_MS, CONFIG, ShopClock
from bench.slow_disk import SYNC_MS, slowed
from bench.table import Line, keep, show
from kiosk.press import Recorder
from kiosk.work import Press

MOST_TIMES = 1.05
PRESSES = 400
PREPARED = bytes(4096)


def waits_ms(folder: Path) -> dict[str, float]:
    """Medians, in turns: a press until its answer, through the recorder's thread, and one page written and synced."""
    clock, answered = ShopClock(), threading.Semaphore(0)
    recorder = Recorder(folder, clock, CONFIG, lambda _: answered.release())
    recorder.start()
    file = os.open(folder / "prepared", os.O_RDWR | os.O_CREAT)
    os.pwrite(file, PREPARED, 0)
    os.fsync(file)
    press, sync = [], []
    for _ in range(PRESSES):
        clock.now_ms += APART_MS
        began = time.perf_counter()
        recorder.put(Press(clock.now_ms, "happy"))
        answered.acquire()
        press.append(time.perf_counter() - began)
        began = time.perf_counter()
        os.pwrite(file, PREPARED, 0)
        os.fdatasync(file)
        sync.append(time.perf_counter() - began)
    os.close(file)
    recorder.stop()
    return {"press": 1000 * statistics.median(press), "sync": 1000 * statistics.median(sync)}


def main() -> int:
    """Measure, print and keep; answers 1 when the goal is missed."""
    if sys.argv[1:] == ["inside"]:
        with tempfile.TemporaryDirectory(dir=".") as name:
            print(json.dumps(waits_ms(Path(name))))  # noqa: T201
        return 0
    with tempfile.TemporaryDirectory() as name:
        words = [sys.executable, "-m", "bench.light", "inside"]
        done = subprocess.run(words, env=os.environ | slowed(Path(name)), check=True, capture_output=True, text=True)  # noqa: S603
    found = json.loads(done.stdout)
    times = found["press"] / found["sync"]
    beside = f"one fdatasync of a prepared file ({found['sync']:.2f} ms)"
    own = f"{times:.3f}x; {found['press']:.2f} ms"
    path, goal = f"press to light, a sync of {SYNC_MS} ms", f"<= {MOST_TIMES}x at the median"
    line = Line(path, beside, goal, own, met=times <= MOST_TIMES)
    show([line])
    keep("light", [line], {"presses": PRESSES, "ms": found})
    return int(not line.met)


if __name__ == "__main__":
    sys.exit(main())
