"""Runs jobs on their schedule until it is told to end; of several workers one runs a job at a time."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.schedulers.blocking import BlockingScheduler

from server.database.engine import writing
from server.database.failures import SQLAlchemyError, first_line
from server.database.leases import end_lease, take_lease
from server.database.measures import JobRun, note_run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from server.clock import Clock

log = logging.getLogger("salve.worker")

# A worker that died is missed for this long; a living one renews its leases three times in it.
LEASE_MS = 60_000
RENEWALS = 3


class Job(NamedTuple):
    """Something to do every so many seconds; `work` gets Unix milliseconds and returns how much there was to do."""

    name: str
    every_s: int
    work: Callable[[int], int]


class Worker:
    """Jobs on their schedule.

    Args:
        engine: the database, where leases are kept.
        clock: tells jobs the time, and leases.
        jobs: what to do; their names are the leases' names.
        lease_ms: how long a lease lasts unless it is renewed.
    """

    def __init__(self, engine: Engine, clock: Clock, jobs: Sequence[Job], lease_ms: int = LEASE_MS) -> None:
        self._engine = engine
        self._clock = clock
        self._jobs = jobs
        self._lease_ms = lease_ms
        self._holder = f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(4)}"
        # A run that was missed is made up once, however late, and none begins before the last has ended.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = BlockingScheduler(timezone=UTC, job_defaults=defaults)
        self._scheduler.add_listener(self._started, EVENT_SCHEDULER_STARTED)
        self._stopping = False
        self._lock = threading.RLock()

    def run(self) -> None:
        """Do the jobs, each at once and then on its schedule; returns after `stop`, when what had begun is done."""
        for job in self._jobs:
            first = datetime.now(UTC)
            self._scheduler.add_job(self.do, "interval", (job,), seconds=job.every_s, next_run_time=first, name=job.name)
        self._scheduler.start()

    def stop(self) -> None:
        """Begin nothing new; waits for what had begun. May be called before `run` and twice, not by a job."""
        with self._lock:
            self._stopping = True
            if self._scheduler.running:
                self._scheduler.shutdown(wait=True)

    def do(self, job: Job) -> bool:
        """Run one job now, unless another worker is at it; returns whether it was run, also when it failed."""
        try:
            if not self._take(job.name):
                return False
        except SQLAlchemyError as error:
            log.warning("no lease for %s: %s", job.name, first_line(error))
            return False
        ended, began_ms, failed = threading.Event(), self._clock.now_ms(), True
        keeper = threading.Thread(target=self._keep, args=(job.name, ended), name=f"lease-{job.name}", daemon=True)
        keeper.start()
        try:
            done = job.work(began_ms)
            failed = False
            if done:
                log.info("%s: %d", job.name, done)
        except SQLAlchemyError as error:
            log.warning("%s failed, and is tried again: %s", job.name, first_line(error))
        except Exception:
            log.exception("%s failed, and is tried again", job.name)
        finally:
            ended.set()
            keeper.join()
            ended_ms = self._clock.now_ms()
            self._end(JobRun(job.name, ended_ms, max(0, ended_ms - began_ms), failed))
        return True

    def _started(self, _event: object) -> None:
        with self._lock:
            if self._stopping and self._scheduler.running:
                self._scheduler.shutdown(wait=False)

    def _keep(self, name: str, ended: threading.Event) -> None:
        """Renew a lease until its job has ended."""
        while not ended.wait(self._lease_ms / RENEWALS / 1000):
            try:
                self._take(name)
            except SQLAlchemyError as error:
                log.warning("the lease of %s was not renewed: %s", name, first_line(error))

    def _take(self, name: str) -> bool:
        now_ms = self._clock.now_ms()
        with writing(self._engine) as connection:
            return take_lease(connection, name, self._holder, now_ms, now_ms + self._lease_ms)

    def _end(self, done: JobRun) -> None:
        try:
            with writing(self._engine) as connection:
                end_lease(connection, done.name, self._holder)
                note_run(connection, done)
        except SQLAlchemyError as error:
            log.warning("the lease of %s ends by itself: %s", done.name, first_line(error))
