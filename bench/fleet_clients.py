"""One process of simulated kiosks: each has a thread of its own, waits as its sync says, and comes again."""

from __future__ import annotations

import gc
import os
import random
import resource
import sys
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.fleet_chain import kiosk_folder
from bench.fleet_kiosks import Kiosk, Sent
from server.commands.serving import allow_files

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

# A kiosk's thread needs little; with the usual eight megabytes ten thousand of them do not fit an address space's limit.
STACK_BYTES = 256 * 1024
BEAT_S = 60.0
# A thread that waits for its turn looks after so long whether it has it. With the usual 5 ms thousands of them do nothing else.
TURN_S = 1.0
NICE = 10


class Plan(NamedTuple):
    """What the kiosks of one process do.

    With `morning_s` each syncs once within so many seconds, before the network goes; else they have all just been switched on.
    `presses` is each kiosk's backlog when all come back at once, `give_up_s` ends a drain that does not end. Of one process
    `at_once` kiosks may have a request under way, because thousands of threads of one process wait for each other and not for
    the server; the others begin as these end, and that wait counts as theirs. With `live_s` a kiosk is not away at all: it
    comes at some moment of the first minute and goes on with a sync a minute for so long.
    """

    folder: Path
    kiosks: range
    real: bool
    presses: int
    give_up_s: float
    at_once: int = 250
    morning_s: float = 0.0
    live_s: float = 0.0


class Told(NamedTuple):
    """What one process has to tell: its requests, when each kiosk had drained (Unix seconds), presses made, and its CPU."""

    sent: list[Sent]
    drained: dict[int, float]
    made: dict[int, int]
    waiting: int
    cpu_s: float


def take_part(plan: Plan, pipe: Connection) -> None:
    """Make the kiosks, say so, wait for the word, let all begin at once, and tell at the end."""
    allow_files()
    # Kiosks have machines of their own; here they shall not take the server's.
    os.nice(NICE)
    threading.stack_size(STACK_BYTES)
    sys.setswitchinterval(TURN_S)
    fleet = _Part(plan)
    threads = [threading.Thread(target=fleet.live, args=(number,), daemon=True) for number in plan.kiosks]
    for thread in threads:
        thread.start()
    fleet.ready.acquire_all(len(threads))
    gc.collect()
    gc.freeze()
    pipe.send("ready")
    pipe.recv()
    before_s = _cpu_s()
    fleet.begin()
    threading.Thread(target=lambda: (pipe.recv(), fleet.come_back()), daemon=True).start()
    for thread in threads:
        thread.join()
    pipe.send(Told(fleet.sent, fleet.drained, fleet.made, fleet.waiting, _cpu_s() - before_s))


class _Counter:
    """Counts threads that are ready."""

    def __init__(self) -> None:
        self._found = threading.Semaphore(0)

    def add(self) -> None:
        self._found.release()

    def acquire_all(self, count: int) -> None:
        for _ in range(count):
            self._found.acquire()


class _Part:
    """The kiosks of one process."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._begin, self._back = threading.Event(), threading.Event()
        self._ends_s = float("inf")
        self._room = threading.Semaphore(plan.at_once)
        self.ready = _Counter()
        self.sent: list[Sent] = []
        self.drained: dict[int, float] = {}
        self.made: dict[int, int] = {}
        self.waiting = 0

    def begin(self) -> None:
        """Let all go."""
        self.sent.clear()
        self.drained.clear()
        self._ends_s = time.monotonic() + self._plan.give_up_s
        self._begin.set()

    def come_back(self) -> None:
        """Once more the network comes back, for kiosks that wait because of what went wrong."""
        self._back.set()

    def live(self, number: int) -> None:
        """One kiosk from its outage on."""
        plan = self._plan
        kiosk = Kiosk(number, kiosk_folder(plan.folder, number), self.sent.append, real=plan.real)
        chance = random.Random(-number)  # noqa: S311  (which moment, no secret)
        if plan.morning_s:
            self._begin_the_day(kiosk, chance.uniform(0, plan.morning_s))
        else:
            kiosk.press(plan.presses)
        self.ready.add()
        self._begin.wait()
        if plan.live_s:
            time.sleep(chance.uniform(0, BEAT_S))
        kiosk.cable.plugged = True
        kiosk.sync.forget_failures()
        self._drain(kiosk)
        if plan.live_s:
            self._live_on(kiosk, chance)
        self.made[number] = kiosk.seq
        self.waiting += kiosk.waiting()

    def _begin_the_day(self, kiosk: Kiosk, after_s: float) -> None:
        """One press long ago, a sync, and then the network goes: presses, and a try that fails."""
        kiosk.press(1, self._plan.presses)
        time.sleep(after_s)
        self._drain(kiosk)
        kiosk.cable.plugged = False
        kiosk.press(self._plan.presses)
        kiosk.sync.run()

    def _drain(self, kiosk: Kiosk) -> None:
        while True:
            with self._room:
                wait_s = kiosk.sync.run()
            if kiosk.sync.is_online() and not kiosk.waiting():
                self.drained[kiosk.number] = time.time()
                return
            if time.monotonic() + wait_s > self._ends_s:
                return
            if not self._back.is_set() and self._back.wait(wait_s):
                kiosk.sync.forget_failures()
            elif self._back.is_set():
                time.sleep(wait_s)

    def _live_on(self, kiosk: Kiosk, chance: random.Random) -> None:
        ends_s = time.monotonic() + self._plan.live_s
        wait_s = BEAT_S
        while time.monotonic() + wait_s < ends_s:
            time.sleep(wait_s)
            if chance.random() < 0.5:
                kiosk.press(1)
            wait_s = kiosk.sync.run()


def _cpu_s() -> float:
    found = resource.getrusage(resource.RUSAGE_SELF)
    return found.ru_utime + found.ru_stime
