"""Run with a watched disk: a start on a card with no byte left and no ballast, which gets room later; prints what was seen.

Arguments: a folder for the disk.
"""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path

from card_clock import Clock

from kiosk.buffer.file import USUAL
from kiosk.buffer.whole import Buffer
from kiosk.work import Press
from kiosk.writing import Writer
from wire.messages import Config

disk = ctypes.CDLL(None)
folder = Path(sys.argv[1])
outcomes: list = []
clock = Clock()
seen: dict = {}


def begin() -> Writer:
    writer = Writer(folder, clock, Config(1, 1, "S001", [], "two", {}), outcomes.append, USUAL, lambda: None)
    writer.beginning.begin()
    return writer


def press(writer: Writer, count: int) -> list:
    for _ in range(count):
        clock.now += 10_000
        writer.take([Press(clock.elapsed_ms(), "button")])
        writer.idle()
    return [one.light for one in outcomes[-count:]]


disk.salve_watch(str(folder).encode())
for name, kept in (("with presses", True), ("never begun", False)):
    disk.salve_disk(0)
    if kept:
        first = begin()
        seen["before"] = press(first, 3)
        first.close()
    (folder / "ballast").unlink(missing_ok=True)
    used = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    disk.salve_disk(max(1, used))
    writer = begin()
    full = {"begun": writer.beginning.is_done, "lights": press(writer, 4), "faults": sorted(writer.standing)}
    disk.salve_disk(used + 4_000_000)
    room = {"lights": press(writer, 4), "begun": writer.beginning.is_done, "faults": sorted(writer.standing)}
    room["counts"] = writer.work.buffer.counts()._asdict()
    room["noted"] = [fault.code for fault in writer.work.buffer.faults(9)]
    seen[name] = {"full": full, "room": room}
    writer.close()
    Buffer(folder).close()
    for file in folder.iterdir():
        file.unlink()
sys.stdout.write(json.dumps(seen))
