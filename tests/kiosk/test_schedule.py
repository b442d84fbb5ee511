"""Syncs go on their beat, soon after a press, and whatever the wall clock does."""

import logging
import os
import random
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apscheduler.schedulers.base
import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from kiosk.schedule import GUARD_MISSING_MS, HANGS_MS, JOB, SyncSchedule

DAY_S = 86_400
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


class FakeSync:
    """Counts its runs and answers a wait that the test sets."""

    def __init__(self):
        self.runs = 0
        self.wait_s = 3_600.0
        self.online = True
        self.forgotten = 0
        self.failures = 0
        self.trouble = []
        self.ran = threading.Condition()

    def run(self):
        with self.ran:
            self.runs += 1
            self.ran.notify_all()
        if self.trouble:
            self.trouble.pop(0)()
        return self.wait_s

    def is_online(self):
        return self.online

    def forget_failures(self):
        self.forgotten += 1

    def failed(self):
        self.failures += 1

    def end(self):
        pass

    def wait_for(self, runs, within_s=5):
        with self.ran:
            return self.ran.wait_for(lambda: self.runs >= runs, within_s)


class SteppingClock:
    """Real time, because APScheduler waits in it; the wall clock can be stepped, elapsed time hurried."""

    def __init__(self):
        self.step_s = 0
        self.hurried_ms = 0

    def elapsed_ms(self):
        return time.monotonic_ns() // 1_000_000 + self.hurried_ms

    def wall_ms(self):
        return time.time_ns() // 1_000_000 + self.step_s * 1000


@pytest.fixture
def clock(monkeypatch):
    """One wall clock for us and for APScheduler, which has no seam for its own."""
    clock = SteppingClock()

    class Stepped(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=clock.step_s)

    monkeypatch.setattr(apscheduler.schedulers.base, "datetime", Stepped)
    return clock


@pytest.fixture
def sync():
    return FakeSync()


@pytest.fixture
def schedule_of(sync, clock):
    made = []

    def make(at_once=True, changed=lambda: False, note=lambda _code, _detail: None):
        schedule = SyncSchedule(sync, clock, random.Random(1), at_once=at_once, card_changed=changed, note=note)
        made.append(schedule)
        return schedule

    yield make
    for schedule in made:
        schedule.stop()


def test_in_simulation_the_first_sync_comes_at_once_and_the_next_when_it_said(sync, schedule_of):
    sync.wait_s = 0.2
    schedule_of().start()
    assert sync.wait_for(3)


def test_a_real_kiosk_waits_a_random_moment_within_a_minute(sync, schedule_of):
    schedule = schedule_of(at_once=False)
    schedule.start()
    assert 0 < schedule.wait_s() <= 60
    assert not sync.wait_for(1, within_s=0.3)


def test_a_press_is_sent_soon_although_the_next_beat_is_an_hour_away(sync, schedule_of):
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    began = time.monotonic()
    schedule.pressed()
    assert sync.wait_for(2)
    assert 0.3 < time.monotonic() - began < 2.5


def test_while_the_network_is_away_a_press_does_not_hurry_the_back_off(sync, schedule_of):
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    sync.online = False
    schedule.pressed()
    assert not sync.wait_for(2, within_s=1.2)
    schedule.now()
    assert sync.wait_for(2)
    assert sync.forgotten == 1


def test_an_enrolment_beside_the_running_program_is_noticed(sync, schedule_of):
    answers = iter([False, True])
    schedule_of(changed=lambda: next(answers, False)).start()
    assert sync.wait_for(2)


def test_half_a_year_ahead_neither_floods_nor_stops_the_syncs(sync, schedule_of, clock):
    sync.wait_s = 0.4
    schedule_of().start()
    assert sync.wait_for(2)
    runs = sync.runs
    clock.step_s = 180 * DAY_S
    time.sleep(2.2)
    assert runs + 3 <= sync.runs <= runs + 8


def test_an_hour_back_neither_floods_nor_stops_the_syncs(sync, schedule_of, clock):
    sync.wait_s = 0.4
    schedule_of().start()
    assert sync.wait_for(2)
    runs = sync.runs
    clock.step_s = -3_600
    # At most the guard's second is lost.
    time.sleep(2.4)
    assert runs + 2 <= sync.runs <= runs + 8


def test_a_step_neither_hurries_nor_delays_the_beat(sync, schedule_of, clock):
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    # A step in the very moment in which APScheduler looks at its clock is one run more, and no harm.
    time.sleep(0.3)
    for step_s in (180 * DAY_S, -3_600, 7):
        clock.step_s += step_s
        deadline = time.monotonic() + 5
        while schedule.wait_s() < 3_500 or abs(planned_s(schedule, clock) - schedule.wait_s()) > 0.5:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert 3_580 < schedule.wait_s() <= 3_600
    assert sync.runs == 1


def planned_s(schedule, clock):
    """How far away the next run is by the clock that APScheduler reads."""
    return schedule._scheduler.get_job(JOB).next_run_time.timestamp() - clock.wall_ms() / 1000


def test_half_a_year_ahead_is_one_run_and_no_list_of_missed_ones(sync, schedule_of):
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    job = schedule._scheduler.get_job(JOB)
    ahead = job.next_run_time + timedelta(days=180)
    assert len(job._get_run_times(ahead)) <= 1


def test_the_control_apschedulers_own_interval_does_stop_for_the_hour(clock):
    runs = []
    scheduler = BackgroundScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(lambda: runs.append(1), "interval", seconds=0.2)
    scheduler.start()
    try:
        deadline = time.monotonic() + 5
        while len(runs) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        clock.step_s = -3_600
        time.sleep(0.4)
        known = len(runs)
        time.sleep(1.0)
        assert len(runs) == known
    finally:
        scheduler.shutdown()


# Both jumps on a clock that is stepped under the whole process, as a time server does it.
STEPPED = """
import os, random, re, sys, threading, time
from kiosk.clock import SystemClock
from kiosk.schedule import SyncSchedule

def high_water():
    # Not ru_maxrss: that begins with what the parent had.
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])

class Sync:
    runs = 0
    def run(self):
        self.runs += 1
        return 0.5
    def is_online(self): return True
    def end(self): pass

sync = Sync()
schedule = SyncSchedule(sync, SystemClock(), random.Random(1), at_once=True, card_changed=lambda: False)
schedule.start()
file = os.environ["FAKETIME_TIMESTAMP_FILE"]
wait = threading.Event().wait  # time.sleep() waits for a moment of the clock, which libfaketime does not serve
wait(1.2)
for step in ("+180d", "+179d23h"):
    before, cpu = sync.runs, time.process_time()
    wall = time.time()
    with open(file + ".new", "w") as draft:
        draft.write(step)
    os.replace(file + ".new", file)
    assert abs(time.time() - wall) > 3000, "the clock was not stepped"
    wait(2.6)
    print(step, sync.runs - before, round(time.process_time() - cpu, 2), high_water() // 1024)
schedule.stop()
"""


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
def test_in_a_process_whose_clock_is_really_stepped_the_beat_goes_on(tmp_path):
    step = tmp_path / "step"
    step.write_text("+0")
    environment = {
        **os.environ,
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(step),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", STEPPED], check=False, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["+180d", "+179d23h"]
    for _, runs, cpu_s, memory_mib in rows:
        # A beat of half a second for 2.6 s, less the guard's second when the clock went back.
        assert 2 <= int(runs) <= 7, done.stdout
        # libfaketime reads its file at each look at the clock, so this is no measure, only a bound: a flood takes all of it.
        assert float(cpu_s) < 2.2, done.stdout
        assert int(memory_mib) < 120, done.stdout


def test_a_run_that_nobody_foresaw_to_fail_is_told_and_the_beat_goes_on(sync, schedule_of, caplog):
    caplog.set_level(logging.CRITICAL, "apscheduler")
    sync.trouble.append(lambda: 1 / 0)
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    deadline = time.monotonic() + 5
    while not sync.failures:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert 50 < schedule.wait_s() <= 60
    schedule.now()
    assert sync.wait_for(2)
    assert sync.failures == 1


def wait_until(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_apscheduler_tells_of_failed_runs_comes_to_the_faults(sync, schedule_of, caplog):
    caplog.set_level(logging.CRITICAL, "apscheduler")
    noted = []
    sync.trouble.append(lambda: 1 / 0)
    schedule_of(note=lambda *fault: noted.append(fault)).start()
    wait_until(lambda: noted)
    assert noted == [("sync-failed", "ZeroDivisionError: division by zero")]


def test_a_run_that_is_due_while_the_last_one_lasts_is_told_too(sync, schedule_of, caplog):
    caplog.set_level(logging.CRITICAL, "apscheduler")
    noted, go_on = [], threading.Event()
    sync.trouble.append(lambda: go_on.wait(20))
    schedule = schedule_of(note=lambda *fault: noted.append(fault))
    schedule.start()
    assert sync.wait_for(1)
    schedule._aim(0.0)
    schedule._plan()
    wait_until(lambda: noted)
    assert noted[0] == ("sync-still-running", "")
    schedule._aim(3_600.0)
    go_on.set()


def test_a_run_that_hangs_is_noticed_after_two_minutes_and_not_before(sync, schedule_of, clock):
    go_on = threading.Event()
    sync.trouble.append(lambda: go_on.wait(20))
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    clock.hurried_ms = HANGS_MS - 5_000
    assert not schedule.hangs()
    clock.hurried_ms = HANGS_MS + 1_000
    assert schedule.hangs()
    go_on.set()
    deadline = time.monotonic() + 5
    while schedule.hangs():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_guard_that_hangs_or_died_guards_no_longer(sync, schedule_of, clock):
    go_on = threading.Event()

    def changed():
        go_on.wait(20)
        return False

    schedule = schedule_of(changed=changed)
    assert not schedule.is_guarded()
    schedule.start()
    assert schedule.is_guarded()
    clock.hurried_ms = GUARD_MISSING_MS + 2_000
    assert not schedule.is_guarded()
    go_on.set()
    deadline = time.monotonic() + 5
    while not schedule.is_guarded():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    schedule.stop()
    assert not schedule.is_guarded()


def test_a_look_that_nobody_foresaw_to_fail_is_noted_once_and_the_guard_goes_on(sync, schedule_of):
    noted, looks = [], []

    def changed():
        looks.append(1)
        if len(looks) < 3:
            raise OSError("unreadable")
        return False

    schedule = schedule_of(changed=changed, note=lambda *fault: noted.append(fault))
    schedule.start()
    wait_until(lambda: len(looks) > 3)
    assert schedule.is_guarded()
    assert noted == [("guard-failed", "OSError: unreadable")]


def test_after_stop_nothing_runs(sync, schedule_of):
    sync.wait_s = 0.1
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    schedule.stop()
    runs = sync.runs
    assert not sync.wait_for(runs + 2, within_s=0.5)
