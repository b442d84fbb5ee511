"""What a kiosk spends on sending a backlog, beside the standard library sending the same bodies: `python -m bench.drain`.

The kiosk's own buffer file, sync, exchange and upload, in batches of up to 500, to a real server; CPU time of the client alone.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.bodies import Body, bodies, post
from bench.fleet_chain import kiosk_folder, make_fleet
from bench.fleet_kiosks import Kiosk
from bench.served import Served
from bench.table import Line, keep, show

PRESSES, BATCH, ROUNDS = 15_000, 500, 5
MOST_US = 3.0


def drain_cpu_s(folder: Path, number: int) -> float:
    """CPU seconds of this process until a kiosk's backlog is confirmed, after a first sync that opens everything."""
    kiosk = Kiosk(number, kiosk_folder(folder, number), lambda _: None, real=True)
    kiosk.press(1, PRESSES)
    kiosk.sync.run()
    kiosk.press(PRESSES)
    began = time.process_time()
    kiosk.sync.run()
    spent = time.process_time() - began
    if kiosk.waiting():
        raise AssertionError(f"{kiosk.waiting()} presses still wait: {kiosk.sync.report()}")
    return spent


def plain_cpu_s(port: int, sent: list[Body]) -> float:
    """CPU seconds of http.client for the same bodies, packed beforehand."""
    began = time.process_time()
    post(port, sent)
    return time.process_time() - began


def main() -> int:
    """Measure, print and keep; answers 1 when the goal is missed."""
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name).resolve()
        server = Served(folder)
        make_fleet(folder, server.url, 2 * ROUNDS)
        spent, plain = [], []
        with server:
            for number in range(1, ROUNDS + 1):
                sent = bodies(folder, range(ROUNDS + number, ROUNDS + number + 1), PRESSES // BATCH, BATCH)
                spent.append(drain_cpu_s(folder, number))
                plain.append(plain_cpu_s(server.port, sent))
    own, peer = (1e6 * min(found) / PRESSES for found in (spent, plain))
    lines = [
        Line(
            "a backlog sent by the kiosk",
            f"http.client sending the same bodies, ready and packed ({peer:.2f} us)",
            f"<= {MOST_US:.0f} us of CPU a reaction",
            f"{own:.1f} us",
            met=own <= MOST_US,
        )
    ]
    show(lines)
    keep("drain", lines, {"reactions": PRESSES, "batch": BATCH, "cpu_us": round(own, 2), "http_client_us": round(peer, 2)})
    return int(own > MOST_US)


if __name__ == "__main__":
    sys.exit(main())
