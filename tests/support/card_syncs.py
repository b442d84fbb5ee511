"""Run with a watched disk: prints how many syncs two hundred presses took, as JSON. Argument: a folder for the disk."""

from __future__ import annotations

import ctypes
import json
import sys
from pathlib import Path

from card_clock import Clock

from kiosk.buffer.file import USUAL
from kiosk.work import Press
from kiosk.writing import Writer
from wire.messages import Config

disk = ctypes.CDLL(None)
folder = Path(sys.argv[1])
outcomes: list = []
clock = Clock()
writer = Writer(folder, clock, Config(1, 1, "S001", [], "two", {}), outcomes.append, USUAL, lambda: None)
writer.open()
writer.take([Press(clock.elapsed_ms(), "happy")])
disk.salve_watch(str(folder).encode())
writer.work.buffer.reopen()
writer.take([Press(clock.elapsed_ms(), "happy")])
disk.salve_reset()
for _ in range(200):
    writer.take([Press(clock.elapsed_ms(), "happy")])
sys.stdout.write(json.dumps({"syncs": disk.salve_syncs(), "presses": len(outcomes) - 2}))
