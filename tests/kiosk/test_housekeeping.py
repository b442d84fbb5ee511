"""Between presses, what was remembered is written down and what is due is done."""

import sqlite3

import pytest

from kiosk.buffer.whole import Buffer
from kiosk.housekeeping import ALIVE_EVERY_MS, EASE_EVERY_MS, Housekeeping
from kiosk.work import Work


@pytest.fixture
def work(tmp_path, clock):
    work = Work(Buffer(tmp_path), clock)
    yield work
    work.buffer.close()


def test_faults_wait_together_and_are_written_once(work, clock):
    house = Housekeeping(clock)
    house.note("buffer-full", times=2)
    clock.forward(5_000)
    house.note("buffer-full", "again")
    house.write_down(work)
    house.write_down(work)
    [fault] = work.buffer.faults()
    assert (fault.times, fault.detail, fault.last.elapsed_ms - fault.first.elapsed_ms) == (3, "again", 5_000)


def test_refusals_that_can_not_be_written_are_kept(work, clock):
    house = Housekeeping(clock)
    house.refused = 4
    real = work.buffer.add_refused

    def fail(count):
        raise sqlite3.OperationalError("disk I/O error")

    work.buffer.add_refused = fail
    with pytest.raises(sqlite3.OperationalError):
        house.do(work)
    work.buffer.add_refused = real
    house.do(work)
    assert (house.refused, work.buffer.counts().refused) == (0, 4)


def test_how_long_a_boot_has_run_is_noted_now_and_then(work, clock):
    house = Housekeeping(clock)
    before = work.buffer._commits
    house.do(work)
    assert work.buffer._commits == before
    clock.forward(ALIVE_EVERY_MS)
    house.do(work)
    assert work.buffer._number("SELECT last_elapsed_ms FROM boots") == clock.elapsed_ms()


def test_the_ballast_is_made_when_there_is_time(work, clock):
    house = Housekeeping(clock)
    house.do(work)
    assert not work.buffer.ballast.is_there()
    clock.forward(EASE_EVERY_MS)
    house.do(work)
    assert work.buffer.ballast.is_there()
