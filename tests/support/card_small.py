"""Run with a watched disk: a card that fills up, is emptied by a sync, and fills up again; prints what was seen as JSON.

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

DISK_BYTES = 2_400_000
disk = ctypes.CDLL(None)
folder = Path(sys.argv[1])
outcomes: list = []
clock = Clock()
seen: dict = {}


def press(count: int) -> bool:
    """Press in one group; answers whether it was thanked for."""
    before = len(outcomes)
    writer.take([Press(clock.elapsed_ms(), f"button-{number:030}") for number in range(count)])
    return all(one.seq is not None for one in outcomes[before:])


def fill() -> int:
    """Press until nothing is taken any more, by smaller and smaller groups; answers how many were thanked for."""
    before = sum(one.seq is not None for one in outcomes)
    for count in (200, 10, 1):
        while press(count):
            pass
    return sum(one.seq is not None for one in outcomes) - before


def look(name: str) -> None:
    buffer = writer.work.buffer
    if writer._broken:
        buffer.reopen()
    seen[name] = {
        "faults": sorted(writer.standing),
        "ballast": buffer.ballast.is_there(),
        "counts": buffer.counts()._asdict(),
        "thanked": sum(one.seq is not None for one in outcomes),
        "refused": sum(one.light == "sorry" for one in outcomes),
    }


def send_all() -> None:
    buffer = writer.work.buffer
    while True:
        batch = buffer.next_batch(writer.work.stream, writer.work.boot, clock.elapsed_ms(), 500)
        if not buffer.acknowledge(batch, None):
            return


disk.salve_watch(str(folder).encode())
disk.salve_disk(DISK_BYTES)
writer = Writer(folder, clock, Config(1, 1, "S001", [], "two", {}), outcomes.append, USUAL, lambda: None)
writer.open()
writer.work.buffer.ballast.tend()
look("empty")
seen["fitted"] = fill()
writer.idle()
look("full")
send_all()
look("sent")
seen["fitted again"] = fill()
writer.idle()
look("full again")
writer.work.buffer.close()
whole = Buffer(folder)
said = {(one.stream, one.seq) for one in outcomes if one.seq is not None}
rows = set(whole._conn.execute("SELECT token, seq FROM reactions JOIN streams ON number = stream").fetchall())
trimmed = dict(whole._conn.execute("SELECT token, trimmed FROM streams").fetchall())
seen["lost"] = len([one for one in said if one not in rows and one[1] > trimmed[one[0]]])
seen["unconfirmed and deleted"] = whole._number("SELECT count(*) FROM streams WHERE trimmed > acknowledged")
sys.stdout.write(json.dumps(seen))
