"""A start always ends with a sound buffer, and says why it is another one."""

import errno
import sqlite3

import pytest

from kiosk import opening, quarantine
from kiosk.ballast import Ballast
from kiosk.buffer.file import USUAL
from kiosk.buffer.whole import Buffer
from kiosk.errors import BufferUnsafe


@pytest.fixture
def opened(tmp_path, clock):
    """Opens the folder's buffer; answers why it is a fresh one."""

    def open_it():
        buffer, damage = opening.open_buffer(tmp_path, clock)
        buffer.new_stream()
        buffer.close()
        return damage

    return open_it


def test_a_first_start_and_a_sound_buffer_are_no_damage(opened):
    assert opened() is None
    assert opened() is None


def test_a_damaged_buffer_is_set_aside_as_it_was(opened, tmp_path):
    opened()
    raw = (tmp_path / "buffer.db").read_bytes()
    spoilt = raw[:4096] + bytes(4096) + raw[8192:]
    (tmp_path / "buffer.db").write_bytes(spoilt)
    assert opened() is not None
    [case] = quarantine.cases(tmp_path)
    assert (case.folder / "buffer.db").read_bytes() == spoilt
    assert opened() is None


def test_a_wal_without_its_buffer_never_meets_the_next_one(opened, tmp_path, clock):
    buffer, _ = opening.open_buffer(tmp_path, clock)
    buffer.new_stream()
    buffer.cut_power()
    (tmp_path / "buffer.db").unlink()
    assert opened() == "only its WAL was there"
    [case] = quarantine.cases(tmp_path)
    assert (case.folder / "buffer.db-wal").exists()


def test_a_buffer_that_vanished_is_told_from_a_first_start(opened, tmp_path):
    opened()
    Ballast(tmp_path, lambda _: 10**9).tend()
    (tmp_path / "buffer.db").unlink()
    assert opened() == "the file was gone"


def test_another_programs_database_stops_the_start_and_stays(opened, tmp_path):
    other = sqlite3.connect(tmp_path / "buffer.db")
    other.execute("CREATE TABLE letters (text)")
    other.close()
    with pytest.raises(BufferUnsafe, match="no buffer of this program"):
        opened()
    assert quarantine.cases(tmp_path) == []


def test_a_buffer_that_another_program_has_open_stops_the_start_and_stays(opened, tmp_path):
    buffer = Buffer(tmp_path)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        opened()
    buffer.close()
    assert quarantine.cases(tmp_path) == []


def test_on_a_full_card_the_ballast_is_let_go_to_start(opened, tmp_path, clock):
    ballast = Ballast(tmp_path, lambda _: 10**9)
    ballast.tend()

    def free(_folder):
        if ballast.is_there():
            raise OSError(errno.ENOSPC, "No space left on device")
        return 10**9

    buffer, _ = opening.open_buffer(tmp_path, clock, USUAL, free)
    buffer.close()
    assert not ballast.is_there()
