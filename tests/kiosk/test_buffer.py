"""The buffer keeps what was thanked for, and knows how far the server has it."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from kiosk.buffer.schema import APPLICATION_ID
from kiosk.buffer.whole import Buffer
from kiosk.errors import BufferUnsafe
from wire.messages import Anchor, Reaction, Span


def reaction(at=1_000, boot=1, button="happy"):
    return Reaction(at, 1_790_000_000_000 + at, True, boot, button, 3, None, "vote")


@pytest.fixture
def buffer(tmp_path):
    buffer = Buffer(tmp_path)
    buffer.boot_number("boot-1", 500)
    yield buffer
    buffer.close()


def batch_of(buffer, stream, limit=500):
    return buffer.next_batch(stream, 1, 9_999, limit)


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


def test_another_programs_file_is_refused_and_left_alone(tmp_path):
    other = sqlite3.connect(tmp_path / "buffer.db")
    other.execute("CREATE TABLE letters (text)")
    other.close()
    before = (tmp_path / "buffer.db").read_bytes()
    with pytest.raises(BufferUnsafe, match="no buffer of this program"):
        Buffer(tmp_path)
    assert (tmp_path / "buffer.db").read_bytes() == before


def test_boots_are_numbered_in_the_order_they_were_met(buffer):
    assert [buffer.boot_number(name, 1) for name in ("boot-1", "boot-2", "boot-1")] == [1, 2, 1]


def test_each_stream_names_the_one_before_it(buffer):
    first, second = buffer.new_stream(), buffer.new_stream()
    assert (first.parent, second.parent) == (None, first.token)
    assert len(first.token) == 32
    assert first.token != second.token


def test_presses_survive_closing_and_opening_in_order(buffer, tmp_path):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1), reaction(2)])
    buffer.append(stream, 3, [reaction(3)])
    buffer.reopen()
    batch = batch_of(buffer, stream)
    assert (batch.first_seq, batch.last) == (1, 3)
    assert [one.elapsed_ms for one in batch.reactions] == [1, 2, 3]
    assert batch.reactions[0] == reaction(1)
    assert buffer.counts() == (3, 0, 3, 0)


def test_appending_the_same_seqs_again_settles_an_unknown_commit_and_counts_once(buffer):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1)])
    buffer.append(stream, 1, [reaction(1), reaction(2)])
    assert buffer.counts().thanked == 2


def test_exactly_what_was_sent_is_acknowledged(buffer):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 8)])
    batch = batch_of(buffer, stream, limit=3)
    buffer.append(stream, 8, [reaction(8)])
    assert buffer.acknowledge(batch, None) == 5
    assert batch_of(buffer, stream).first_seq == 4
    assert buffer.counts() == (8, 0, 5, 3)


def test_the_running_stream_goes_first_then_the_oldest_then_a_heartbeat(buffer):
    old, older_rows = buffer.new_stream(), [reaction(1)]
    buffer.append(old, 1, older_rows)
    middle = buffer.new_stream()
    buffer.append(middle, 1, [reaction(2)])
    running = buffer.new_stream()
    buffer.append(running, 1, [reaction(3)])
    seen = []
    for _ in range(4):
        batch = batch_of(buffer, running)
        seen.append((batch.stream.token, len(batch.reactions)))
        buffer.acknowledge(batch, None)
    assert seen == [(running.token, 1), (old.token, 1), (middle.token, 1), (running.token, 0)]
    assert batch.first_seq == 2


def test_confirmations_above_a_gap_are_taken_back(buffer):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 6)])
    buffer.acknowledge(batch_of(buffer, stream), None)
    assert buffer.unacknowledge(stream.token, 2)
    assert not buffer.unacknowledge(stream.token, 2)
    assert batch_of(buffer, stream).first_seq == 3


def test_rows_that_are_gone_are_reported_as_lost_and_then_settled(buffer):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 8)])
    buffer._conn.execute("DELETE FROM reactions WHERE seq IN (1, 2, 5, 7)")
    spans, sent = [], []
    while buffer.counts().waiting:
        batch = batch_of(buffer, stream)
        spans += batch.lost
        sent += range(batch.first_seq, batch.last + 1)
        buffer.acknowledge(batch, None)
    assert spans == [Span(1, 2), Span(5, 5), Span(7, 7)]
    assert sent == [3, 4, 6]


def test_reconcile_lowers_and_never_raises(buffer):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 6)])
    buffer.acknowledge(batch_of(buffer, stream, limit=3), None)
    buffer.reconcile([(stream.token, 5, 5)], "one", resend_anchors=False)
    assert buffer.counts().acknowledged == 3
    buffer.reconcile([(stream.token, 1, 0)], "two", resend_anchors=True)
    assert buffer.counts().acknowledged == 1
    assert buffer.epoch() == "two"


def test_an_opaque_reaction_keeps_its_place(buffer):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 4)])
    assert buffer.mark_opaque(stream, 2)
    assert not buffer.mark_opaque(stream, 2)
    batch = batch_of(buffer, stream)
    assert [one.elapsed_ms for one in batch.reactions] == [1, 3]
    assert [one.seq for one in batch.opaque] == [2]
    assert batch.last == 3


def test_anchors_are_delivered_once_and_kept_only_when_they_tell_something(buffer):
    stream = buffer.new_stream()
    buffer.acknowledge(batch_of(buffer, stream), Anchor(1, 1_000, 5_000, 40))
    batch = batch_of(buffer, stream)
    assert batch.anchors == [Anchor(1, 1_000, 5_000, 40)]
    buffer.acknowledge(batch, Anchor(1, 2_000, 6_000, 39))
    assert batch_of(buffer, stream).anchors == []
    buffer.acknowledge(batch_of(buffer, stream), Anchor(1, 700_000, 704_000, 39))
    assert len(batch_of(buffer, stream).anchors) == 1


def test_every_boot_that_a_request_refers_to_is_listed(buffer):
    stream = buffer.new_stream()
    buffer.boot_number("boot-2", 10)
    buffer.boot_number("boot-3", 10)
    buffer.append(stream, 1, [reaction(700, boot=2)])
    batch = buffer.next_batch(stream, 3, 50, 500)
    assert [(boot.boot_id, boot.number, boot.last_elapsed_ms) for boot in batch.boots] == [
        ("boot-2", 2, 700),
        ("boot-3", 3, 50),
    ]


def test_a_power_cut_leaves_what_was_committed_and_nothing_folded(buffer, tmp_path):
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
