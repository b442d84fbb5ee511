"""Run with a watched disk: a card's life from the making of its buffer, through presses and housekeeping, to a migration.

Says what was thanked for as marks in the record. Arguments: folder, record, and FULL or NORMAL.
"""

from __future__ import annotations

import ctypes
import sqlite3
import sys
import tempfile
from pathlib import Path

from kiosk.buffer.file import BufferFile
from kiosk.buffer.keeping import _Trim
from kiosk.buffer.migrations import apply
from kiosk.buffer.schema import APPLICATION_ID, STEPS
from kiosk.buffer.whole import Buffer
from kiosk.files import write_durably
from wire.messages import Reaction

disk = ctypes.CDLL(None)
folder, record, synchronous = Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def press(buffer: Buffer, stream, seq: int, count: int = 1) -> None:
    boot = buffer.boot_number("boot-1", seq)
    rows = [Reaction(at, 10 * at, True, boot, "happy", 1, None, "vote") for at in range(seq, seq + count)]
    buffer.append(stream, seq, rows)
    for row in rows:
        disk.salve_mark(f"thanked {stream.token} {row.elapsed_ms}".encode())


def loosened(open_whole):
    """The control: the same program without the sync that the promise rests on."""

    def open_loosely(self, **options):
        open_whole(self, **options)
        self._conn.execute("PRAGMA synchronous=NORMAL")

    return open_loosely


def old_buffer(at: Path) -> None:
    """A buffer as the first release left it at a power cut, its presses still in the WAL."""
    with tempfile.TemporaryDirectory() as draft:
        conn = sqlite3.connect(f"{draft}/buffer.db", isolation_level=None)
        conn.executescript(f"PRAGMA locking_mode=EXCLUSIVE; PRAGMA application_id={APPLICATION_ID}; PRAGMA journal_mode=WAL;")
        conn.execute("PRAGMA wal_autocheckpoint=0")
        apply(conn, stop_before=STEPS[1][0])
        conn.execute(f"INSERT INTO card (only, buffer, thanked) VALUES (1, '{'ab' * 16}', 5)")
        conn.execute("INSERT INTO boots VALUES (1, 'boot-1', 5)")
        conn.execute(f"INSERT INTO streams (token, high) VALUES ('{'cd' * 16}', 5)")
        for seq in range(1, 6):
            conn.execute(f"INSERT INTO reactions VALUES (1, {seq}, {seq}, {10 * seq}, 1, 1, 'happy', 1, NULL, 'vote', 0)")
        for name in ("buffer.db-wal", "buffer.db"):
            write_durably(at / name, Path(draft, name).read_bytes())
        conn.close()
    for seq in range(1, 6):
        disk.salve_mark(f"thanked {'cd' * 16} {seq}".encode())


def live(at: Path) -> None:
    buffer = Buffer(at)
    stream = buffer.new_stream()
    for seq in range(1, 31):
        press(buffer, stream, seq)
        if seq % 8 == 0:
            buffer.fold()
    press(buffer, stream, 31, count=9)
    buffer.ballast.tend()
    buffer.note_fault("tried", 1, (1, 1), (2, 2))
    batch = buffer.next_batch(stream, 1, 99, 20)
    buffer.acknowledge(batch, None)
    disk.salve_mark(f"may go {stream.token} 20".encode())
    buffer._trim(_Trim(stream.number, 20))
    buffer.close()
    again = Buffer(at)
    other = again.new_stream()
    for seq in range(1, 11):
        press(again, other, seq)
    again.reopen()
    press(again, other, 11)


if synchronous == "NORMAL":
    BufferFile.open = loosened(BufferFile.open)
disk.salve_watch(str(folder).encode())
disk.salve_record(record.encode())
for part in ("new", "old"):
    (folder / part).mkdir()
old_buffer(folder / "old")
live(folder / "new")
live(folder / "old")
