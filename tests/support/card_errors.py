"""Run with a watched disk: twenty presses again and again, each time another write or sync of theirs fails.

Prints one JSON line: how many failures were tried, how many presses were thanked for and refused, and what was lost.
Arguments: a folder for the disk, a folder beside it.
"""

from __future__ import annotations

import ctypes
import errno
import itertools
import json
import random
import shutil
import sys
from pathlib import Path

import disk as replay
from card_clock import Clock

from kiosk import writing
from kiosk.buffer.file import USUAL
from kiosk.buffer.whole import Buffer
from kiosk.work import Press
from kiosk.writing import Writer
from wire.messages import Config

WRITES, SYNCS = 1, 2
# What fails, how, and whether it goes on failing for some presses.
TROUBLES = ((WRITES, errno.EIO, False), (WRITES, errno.ENOSPC, True), (SYNCS, errno.EIO, False), (SYNCS, errno.EIO, True))
disk = ctypes.CDLL(None)
watched, beside = Path(sys.argv[1]), Path(sys.argv[2])


def stored(folder: Path) -> set[tuple[str, int]]:
    buffer = Buffer(folder)
    found = set(buffer._conn.execute("SELECT token, seq FROM reactions JOIN streams ON number = stream").fetchall())
    buffer.close()
    return found


def press_twenty(folder: Path, kind: int, at: int, error: int, *, sticky: bool) -> tuple[list, bool]:
    """Outcomes of twenty presses, and whether the failure came to pass."""
    outcomes: list = []
    clock = Clock()
    writer = Writer(folder, clock, Config(1, 1, "S001", [], "two", {}), outcomes.append, USUAL, lambda: None)
    writer.open()
    disk.salve_reset()
    disk.salve_fail(kind, at, error, sticky)
    for number in range(20):
        writer.take([Press(clock.elapsed_ms(), "happy")])
        if number % 4 == 3:
            writer.idle()
        if number == 8 and sticky:
            disk.salve_fail(0, 0, 0, 0)
    reached = (disk.salve_writes() if kind == WRITES else disk.salve_syncs()) >= at
    disk.salve_fail(0, 0, 0, 0)
    return outcomes, reached


writing.FOLD_ANYWAY = 7
tried = thanked = refused = 0
lost: list[str] = []
for kind, error, sticky in TROUBLES:
    for at in itertools.count(1):
        folder = watched / "card"
        folder.mkdir()
        disk.salve_watch(str(folder).encode())
        disk.salve_record(str(beside / "record").encode())
        Buffer(folder).close()
        outcomes, reached = press_twenty(folder, kind, at, error, sticky=sticky)
        disk.salve_record(None)
        disk.salve_watch(b"")
        said = {(one.stream, one.seq) for one in outcomes if one.seq is not None}
        after = replay.Disk()
        for change in replay.read_record(beside / "record"):
            after.apply(change)
        for how in ("everything", "nothing"):
            target = beside / how
            target.mkdir()
            replay.lay_out(after.after_cut(how, random.Random(at)), folder, target)
            missing = said - stored(target)
            if missing:
                lost.append(f"{kind} {at} {error} {sticky} {how}: {sorted(missing)}")
            shutil.rmtree(target)
        thanked += len(said)
        refused += sum(one.light == "sorry" for one in outcomes)
        shutil.rmtree(folder)
        if not reached:
            break
        tried += 1
sys.stdout.write(json.dumps({"tried": tried, "thanked": thanked, "refused": refused, "lost": lost}))
