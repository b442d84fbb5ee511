"""Run the sync by APScheduler: on its beat, soon after a press, and whatever the wall clock does.

APScheduler counts in wall time. With a trigger that adds to the last run, a clock that jumps half a year ahead makes it build a
list of every missed run (14 s and 441 MB were measured), and one that jumps back an hour stops it for that hour. So the trigger
always counts from now, and a guard on elapsed time sets the next run again when the wall clock moved.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from kiosk.clock import moment
from kiosk.errors import Stopped

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from kiosk.clock import Clock
    from kiosk.sync import Sync

JOB = "sync"
GATHER_S = 0.5
GUARD_S = 1.0
CLOCK_MOVED_MS = 5_000
FIRST_WITHIN_S = 60.0
UNFORESEEN_S = 60.0
# Longer than any sound run: sync.py ends one after 45 s, and the request that is then in flight lasts 60 s at most.
HANGS_MS = 120_000
# The guard turns once a second; applying another configuration may keep it for a while.
GUARD_MISSING_MS = 30_000


# What APScheduler tells of a run, by the names of faults on the card.
TOLD = {EVENT_JOB_ERROR: "sync-failed", EVENT_JOB_MISSED: "sync-missed", EVENT_JOB_MAX_INSTANCES: "sync-still-running"}


class SyncSchedule:
    """The beat of one Sync, from `start` to `stop`; `note` keeps a fault's name and detail and does not wait."""

    def __init__(
        self,
        sync: Sync,
        clock: Clock,
        chance: random.Random,
        *,
        at_once: bool,
        card_changed: Callable[[], bool],
        note: Callable[[str, str], None] = lambda _code, _detail: None,
    ) -> None:
        self._sync = sync
        self._clock = clock
        self._card_changed = card_changed
        self._note = note
        self._pressed = threading.Event()
        self._hurry = threading.Event()
        self._due = threading.Event()
        self._stop = threading.Event()
        self._running_since_ms: int | None = None
        self._looked_ms = clock.elapsed_ms()
        self._known_drift_ms = self._drift_ms()
        self._aim(0.0 if at_once else chance.uniform(0, FIRST_WITHIN_S))
        self._scheduler = BackgroundScheduler(
            timezone=UTC, executors={"default": _LooseExecutor(self)}, job_defaults={"coalesce": True, "max_instances": 1}
        )
        self._scheduler.add_listener(self._told, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self._guard = threading.Thread(target=self._watch, name="sync-guard", daemon=True)

    def start(self) -> None:
        """Begin; the first run comes at once or at a random moment, because a shop's power comes back everywhere at once."""
        self._scheduler.add_job(self._run, _FromNow(self), id=JOB, misfire_grace_time=None)
        self._scheduler.start()
        self._guard.start()

    def pressed(self) -> None:
        """A press was stored: sync soon, unless the network is known to be away."""
        self._pressed.set()

    def now(self) -> None:
        """Sync at once, whatever went wrong before."""
        self._sync.forget_failures()
        self._hurry.set()
        self._pressed.set()

    def stop(self) -> None:
        """Plan no further run; one that is in flight ends by itself and is not waited for."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._pressed.set()
        self._sync.end()
        self._scheduler.shutdown(wait=False)
        self._guard.join()

    def wait_s(self) -> float:
        """Seconds from now to the next run, never less than 0."""
        return max(0, self._due_ms - self._clock.elapsed_ms()) / 1000

    def is_guarded(self) -> bool:
        """Whether the guard still turns; without it a step of the clock could stop all syncs."""
        return self._guard.is_alive() and self._clock.elapsed_ms() - self._looked_ms < GUARD_MISSING_MS

    def hangs(self) -> bool:
        """Whether a run has lasted longer than any sound one; only a new start of the program gets rid of it."""
        since_ms = self._running_since_ms
        return since_ms is not None and self._clock.elapsed_ms() - since_ms > HANGS_MS

    def begin_run(self) -> None:
        """A run is about to begin; should it fail in a way that nobody foresaw, the beat goes on."""
        self._running_since_ms = self._clock.elapsed_ms()
        self._aim(UNFORESEEN_S)

    # ---------- inside ----------

    def _run(self) -> None:
        self._due.clear()
        try:
            wait_s = self._sync.run()
        except Exception:
            self._sync.failed()
            raise
        finally:
            self._running_since_ms = None
        # A press that came when this run had looked for the last time must not wait for the next beat.
        if self._due.is_set() and self._sync.is_online():
            wait_s = 0.0
        self._aim(wait_s)
        self._plan()

    def _told(self, event: Any) -> None:
        """A run went otherwise than planned: the card remembers it, because the journal is gone after a power cut."""
        error = getattr(event, "exception", None)
        self._note(TOLD[event.code], "" if error is None else f"{type(error).__name__}: {error}")

    def _aim(self, wait_s: float) -> None:
        """Choose when the next run is due, on the clock that is never set."""
        self._due_ms = self._clock.elapsed_ms() + round(wait_s * 1000)

    def _plan(self) -> None:
        """Tell APScheduler, in the time that it believes in."""
        # Told to stop in this very moment, the job may be gone.
        with contextlib.suppress(JobLookupError):
            self._scheduler.modify_job(JOB, next_run_time=moment(self._clock.wall_ms(), self.wait_s()))

    def _drift_ms(self) -> int:
        return self._clock.wall_ms() - self._clock.elapsed_ms()

    def _watch(self) -> None:
        failing = False
        while not self._stop.is_set():
            self._looked_ms = self._clock.elapsed_ms()
            if self._pressed.wait(GUARD_S):
                self._soon()
            try:
                self._look()
            except Stopped:
                return
            except Exception as error:  # noqa: BLE001  # without a guard, the next step of the clock would end all syncs
                if not failing:
                    self._note("guard-failed", f"{type(error).__name__}: {error}")
                failing = True
            else:
                failing = False

    def _look(self) -> None:
        drift_ms = self._drift_ms()
        if abs(drift_ms - self._known_drift_ms) > CLOCK_MOVED_MS:
            self._known_drift_ms = drift_ms
            self._plan()
        if self._card_changed():
            self.now()

    def _soon(self) -> None:
        hurry = self._hurry.is_set()
        if not hurry:
            self._stop.wait(GATHER_S)
        self._hurry.clear()
        self._pressed.clear()
        if hurry or self._sync.is_online():
            self._due.set()
            # A run in flight sees the flag when it ends; planning beside it would only be skipped, again and again.
            if self._running_since_ms is None:
                self._aim(0.0)
                self._plan()


class _FromNow(BaseTrigger):  # type: ignore[misc]
    """Fires when the schedule says so, counted from now and never from the run before."""

    def __init__(self, schedule: SyncSchedule) -> None:
        self._schedule = schedule

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """APScheduler asks this when a run begins; the run itself plans anew when it ends."""
        # Always after `now`: APScheduler lists missed runs until it gets there.
        return now + timedelta(seconds=max(self._schedule.wait_s(), 0.01))


class _LooseExecutor(BaseExecutor):  # type: ignore[misc]
    """One daemon thread a run: a pool's threads would be waited for at exit, and a slow server would delay the end."""

    def __init__(self, schedule: SyncSchedule) -> None:
        super().__init__()
        self._schedule = schedule

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        self._schedule.begin_run()
        threading.Thread(target=self._work, args=(job, run_times), name="sync", daemon=True).start()

    def _work(self, job: Any, run_times: list[datetime]) -> None:
        events = run_job(job, job._jobstore_alias, run_times, self._logger.name)  # noqa: SLF001
        self._run_job_success(job.id, events)
