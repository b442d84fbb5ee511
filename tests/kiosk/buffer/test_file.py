"""The buffer file opens safely, and what is written to it stays written."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from kiosk.buffer.file import WAL_KEPT_BYTES
from kiosk.buffer.schema import APPLICATION_ID
from kiosk.buffer.whole import Buffer
from kiosk.errors import BufferUnsafe


def test_what_safety_rests_on_is_read_back(buffer):
    def pragma(name):
        return buffer._conn.execute(f"PRAGMA {name}").fetchone()[0]

    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2
    assert pragma("locking_mode") == "exclusive"
    assert pragma("application_id") == APPLICATION_ID


def test_a_setting_that_does_not_hold_refuses_to_serve(buffer):
    with pytest.raises(BufferUnsafe, match="synchronous"):
        buffer._set_and_check("synchronous", "NORMAL", 2)


def test_a_second_program_can_not_open_the_same_buffer(buffer, tmp_path):
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Buffer(tmp_path)


def test_presses_survive_closing_and_opening_in_order(buffer, tmp_path, reaction, batch_of, reactions_in):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1), reaction(2)])
    buffer.append(stream, 3, [reaction(3)])
    buffer.reopen()
    batch = batch_of(buffer, stream)
    assert (batch.first_seq, batch.last) == (1, 3)
    assert reactions_in(batch) == [reaction(at) for at in (1, 2, 3)]
    assert buffer.counts() == (3, 0, 3, 0)


def test_a_power_cut_leaves_what_was_committed_and_nothing_folded(buffer, tmp_path, reaction):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1)])
    buffer.cut_power()
    assert (tmp_path / "buffer.db-wal").stat().st_size > 0
    buffer.open()
    assert buffer.counts().thanked == 1
    assert buffer._number("SELECT count(*) FROM reactions") == 1


WRITER = """
import sys, pathlib
from kiosk.buffer.whole import Buffer
from wire.messages import Reaction
buffer = Buffer(pathlib.Path(sys.argv[1]))
boot = buffer.boot_number("boot", 1)
stream = buffer.new_stream()
for seq in range(1, 100_000):
    buffer.append(stream, seq, [Reaction(seq, seq, True, boot, "happy", 1, None, "vote")])
    print(stream.token, seq, flush=True)
    if seq % 50 == 0:
        buffer.tidy(at_least=20)
"""


def test_a_writer_killed_at_any_moment_has_stored_all_it_said(tmp_path):
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    said = set()
    for _ in range(10):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True, env={**os.environ}
        )
        lines = [writer.stdout.readline()]
        deadline = time.monotonic() + chance.uniform(0, 0.15)
        while time.monotonic() < deadline:
            lines.append(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        lines += writer.communicate()[0].splitlines()
        said |= {tuple(line.split()) for line in lines if len(line.split()) == 2}
    buffer = Buffer(tmp_path)
    rows = buffer._conn.execute("SELECT token, seq FROM reactions JOIN streams ON number = stream").fetchall()
    stored = {(token, str(seq)) for token, seq in rows}
    total = buffer.counts().thanked
    buffer.close()
    assert len(said) > 50, seed
    assert said <= stored, seed
    assert total == len(stored), seed


def test_the_wal_keeps_its_room_between_folds_and_no_more(buffer, reaction, tmp_path):
    stream, wal = buffer.new_stream(), tmp_path / "buffer.db-wal"
    sizes = []
    for seq in range(1, 601):
        buffer.append(stream, seq, [reaction(seq)])
        if seq % 100 == 0:
            buffer.fold()
            sizes.append(wal.stat().st_size)
    assert sizes[0] > 100_000
    assert max(sizes) < 1.3 * sizes[0]
    for seq in range(601, 1_601):
        buffer.append(stream, seq, [reaction(seq)])
    buffer.fold()
    buffer.append(stream, 1_601, [reaction(1)])
    assert wal.stat().st_size <= WAL_KEPT_BYTES
    buffer.is_tight = True
    buffer.fold()
    assert wal.stat().st_size == 0
