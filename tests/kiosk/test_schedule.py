"""Syncs go on their beat, soon after a press, and whatever the wall clock does."""

import random
import threading
import time
from datetime import timedelta

import pytest

from kiosk.schedule import SyncSchedule


class FakeSync:
    """Counts its runs and answers a wait that the test sets."""

    def __init__(self):
        self.runs = 0
        self.wait_s = 3_600.0
        self.online = True
        self.forgotten = 0
        self.ran = threading.Condition()

    def run(self):
        with self.ran:
            self.runs += 1
            self.ran.notify_all()
        return self.wait_s

    def is_online(self):
        return self.online

    def forget_failures(self):
        self.forgotten += 1

    def end(self):
        pass

    def wait_for(self, runs, within_s=5):
        with self.ran:
            return self.ran.wait_for(lambda: self.runs >= runs, within_s)


class RealClock:
    """Real time, because APScheduler reads it itself, with a wall clock that can jump."""

    def __init__(self):
        self.jump_ms = 0

    def elapsed_ms(self):
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self):
        return time.time_ns() // 1_000_000 + self.jump_ms


@pytest.fixture
def sync():
    return FakeSync()


@pytest.fixture
def schedule_of(sync):
    made = []

    def make(at_once=True, clock=None, changed=lambda: False):
        schedule = SyncSchedule(sync, clock or RealClock(), random.Random(1), at_once=at_once, card_changed=changed)
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
    assert 0 < schedule._wait_s <= 60
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


def test_half_a_year_ahead_is_one_run_and_no_list_of_missed_ones(sync, schedule_of):
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    job = schedule._scheduler.get_job("sync")
    ahead = job.next_run_time + timedelta(days=180)
    assert len(job._get_run_times(ahead)) <= 1


def test_a_clock_set_back_by_an_hour_has_its_next_run_planned_anew(sync, schedule_of):
    clock = RealClock()
    clock.jump_ms = 3_600_000
    sync.wait_s = 0.5
    schedule_of(clock=clock).start()
    assert sync.wait_for(1)
    # Planned by a clock an hour ahead, the next one lies an hour away for APScheduler, which reads the true time.
    assert not sync.wait_for(2, within_s=0.8)
    clock.jump_ms = 0
    assert sync.wait_for(2)


def test_after_stop_nothing_runs(sync, schedule_of):
    sync.wait_s = 0.1
    schedule = schedule_of()
    schedule.start()
    assert sync.wait_for(1)
    schedule.stop()
    runs = sync.runs
    assert not sync.wait_for(runs + 2, within_s=0.5)
