"""A job is run by one worker at a time, goes on after a failure, and a dead worker's lease ends by itself."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.database.engine import reading, writing
from server.database.leases import take_lease
from server.database.measures import JobRun, read_measures
from server.database.tables import leases
from server.worker.schedule import Job, Worker

DEADLINE_S = 20


def rows(engine: Engine) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(leases)))


def test_two_workers_never_run_a_job_at_once(each_engine: Engine, clock: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_now_ms: int) -> int:
        begun.set()
        assert go_on.wait(DEADLINE_S)
        return 1

    one, other = (Worker(each_engine, clock, []) for _ in range(2))
    thread = threading.Thread(target=one.do, args=(Job("retime", 60, slow),))
    thread.start()
    assert begun.wait(DEADLINE_S)
    assert not other.do(Job("retime", 60, lambda _now_ms: pytest.fail("run twice")))
    assert other.do(Job("watch", 60, lambda _now_ms: 0))
    go_on.set()
    thread.join(DEADLINE_S)
    assert rows(each_engine) == []
    assert other.do(Job("retime", 60, lambda _now_ms: 0))


def test_a_dead_workers_lease_ends_by_itself(each_engine: Engine, clock: Any) -> None:
    now = clock.now_ms()
    with writing(each_engine) as connection:
        assert take_lease(connection, "retime", "the dead one", now, now + 60_000)
    worker = Worker(each_engine, clock, [])
    clock.advance(59_999)
    assert not worker.do(Job("retime", 60, lambda _now_ms: 0))
    clock.advance(1)
    assert worker.do(Job("retime", 60, lambda _now_ms: 0))


def test_a_lease_taken_while_the_clock_was_months_ahead_holds_up_nobody(each_engine: Engine, clock: Any) -> None:
    now = clock.now_ms()
    half_a_year = 180 * 86_400_000
    with writing(each_engine) as connection:
        assert take_lease(connection, "retime", "the dead one", now + half_a_year, now + half_a_year + 60_000)
    assert Worker(each_engine, clock, []).do(Job("retime", 60, lambda _now_ms: 0))


def test_a_long_job_keeps_its_lease(engine: Engine, clock: Any) -> None:
    worker = Worker(engine, clock, [], lease_ms=30)
    renewed = threading.Event()

    def long(_now_ms: int) -> int:
        clock.advance(29)
        for _ in range(1_000):
            if rows(engine)[0].until_ms == clock.now_ms() + 30:
                renewed.set()
                break
        return 0

    assert worker.do(Job("retime", 60, long))
    assert renewed.is_set()


def test_a_job_that_fails_gives_its_lease_back_and_the_others_go_on(
    engine: Engine, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_now_ms: int) -> int:
        raise ValueError("broken")

    worker = Worker(engine, clock, [])
    assert worker.do(Job("retime", 60, failing))
    assert "retime failed" in caplog.text
    assert rows(engine) == []


def test_jobs_run_at_once_and_stop_waits_for_what_has_begun(engine: Engine, clock: Any) -> None:
    begun, done = threading.Event(), threading.Event()

    def work(_now_ms: int) -> int:
        begun.set()
        stopping.start()
        done.set()
        return 1

    worker = Worker(engine, clock, [Job("retime", 3_600, work)])
    stopping = threading.Thread(target=worker.stop)
    worker.run()
    stopping.join(DEADLINE_S)
    assert begun.is_set()
    assert done.is_set()
    assert rows(engine) == []


def test_a_worker_that_is_stopped_before_it_began_ends_at_once(engine: Engine, clock: Any) -> None:
    worker = Worker(engine, clock, [Job("retime", 3_600, lambda _now_ms: pytest.fail("not now"))])
    worker.stop()
    worker.stop()
    thread = threading.Thread(target=worker.run)
    thread.start()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()


def test_each_jobs_last_run_is_kept_with_how_long_it_took_and_whether_it_failed(each_engine: Engine, clock: Any) -> None:
    def fail(_now_ms: int) -> int:
        clock.advance(250)
        raise ValueError("no")

    begun_ms = clock.now_ms()
    worker = Worker(each_engine, clock, [])
    worker.do(Job("tidy", 60, lambda _now_ms: 0))
    worker.do(Job("watch", 60, fail))
    with reading(each_engine) as connection:
        jobs = read_measures(connection).jobs
    assert jobs == [JobRun("tidy", begun_ms, 0, failed=False), JobRun("watch", begun_ms + 250, 250, failed=True)]
    worker.do(Job("watch", 60, lambda _now_ms: 0))
    with reading(each_engine) as connection:
        assert read_measures(connection).jobs[1] == JobRun("watch", begun_ms + 250, 0, failed=False)
