"""A full or damaged buffer is answered as it is: sorry and counted, or a fresh one and thanks."""

import sqlite3

import pytest

from kiosk.buffer.file import Limits
from kiosk.press import Recorder


@pytest.fixture
def full(kit):
    """A kit whose buffer holds as much as it may, none of it confirmed."""
    kit.recorder.stop()
    kit.recorder = Recorder(kit.folder, kit.clock, kit.config, kit._tell, Limits(buffer_mib=1))
    kit.recorder.start()
    kit.sync = kit.new_sync()
    kit.press()

    def fill(work):
        [row] = work.buffer._conn.execute("SELECT * FROM reactions").fetchall()
        while True:
            rows = [(*row[:1], work.seq + 1 + number, *row[2:]) for number in range(40)]
            try:
                with work.buffer._transaction():
                    work.buffer._conn.executemany(f"INSERT INTO reactions VALUES ({','.join('?' * 11)})", rows)
                    work.buffer._conn.execute("UPDATE streams SET high = ?", (rows[-1][1],))
                    work.buffer._conn.execute("UPDATE card SET thanked = ?", (rows[-1][1],))
            except sqlite3.OperationalError:
                return
            work.seq = rows[-1][1]

    kit.recorder.ask(fill)
    while kit.press().light != "sorry":
        pass
    return kit


def test_a_full_buffer_refuses_visibly_counts_it_and_says_so(full):
    before = full.recorder.counts()[0].refused
    assert full.press().light == "sorry"
    assert full.recorder.counts()[0].refused == before + 1
    assert full.recorder.faults() == ["buffer-full"]
    full.recorder.ask(lambda _: full.recorder._writer.idle())
    assert [fault["code"] for fault in full.recorder.fault_log()] == ["buffer-full"]
    assert full.recorder.ask(lambda work: work.buffer.counts().refused) == before + 1


def test_a_full_buffer_takes_presses_again_once_the_server_has_the_old_ones(full, server):
    full.sync.run()
    assert full.press().light in {"thanks", "repeat"}
    full.sync.run()
    assert full.recorder.faults() == []
    assert full.thanked() <= set(server.stored())


def test_a_buffer_damaged_in_use_is_replaced_and_the_press_thanked_for(kit):
    kit.press()

    def spoil(work):
        work.buffer.fold()
        raw = (kit.folder / "buffer.db").read_bytes()
        (kit.folder / "buffer.db").write_bytes(raw[:4096] + b"\xff" * (len(raw) - 4096))
        work.buffer._conn.execute("PRAGMA cache_size=0")
        work.buffer._conn.execute("PRAGMA shrink_memory")

    kit.recorder.ask(spoil)
    assert kit.press().light == "thanks"
    assert kit.recorder.faults() == ["buffer-damaged"]
    assert kit.recorder.counts()[1] == kit.outcomes[-1].stream


def test_damage_that_only_a_reader_meets_is_looked_at_too(kit):
    def read(work):
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    stream = kit.press().stream
    with pytest.raises(sqlite3.DatabaseError):
        kit.recorder.ask(read)
    kit.recorder.ask(lambda _: kit.recorder._writer.idle())
    assert kit.press().stream != stream
    assert kit.recorder.faults() == []


def test_a_press_that_may_be_on_a_card_that_fails_twice_is_not_stored_a_second_time(kit):
    def fail_twice(work):
        append = work.buffer.append

        def stored_and_then_not_sure(*values):
            append(*values)
            raise failure("disk I/O error", sqlite3.SQLITE_IOERR)

        def damaged():
            raise failure("database disk image is malformed", sqlite3.SQLITE_CORRUPT)

        work.buffer.append, work.buffer.reopen = stored_and_then_not_sure, damaged

    def failure(sentence, code):
        error = sqlite3.OperationalError(sentence)
        error.sqlite_errorcode = code
        return error

    kit.recorder.ask(fail_twice)
    assert kit.press().light == "sorry"
    assert kit.recorder.counts()[0].thanked == 1
    assert kit.press().light == "thanks"
    assert kit.recorder.counts()[0].thanked == 2
