"""The one thread that stores what kiosks send: requests that wait together share one COMMIT, and hear of it afterwards."""

from __future__ import annotations

import logging
import queue
import threading
from collections import Counter
from typing import TYPE_CHECKING

from server.database.driver import savepoint
from server.database.engine import writing
from server.database.failures import OperationalError, is_worth_another_try
from server.database.incidents import KEY_ELSEWHERE, note_incident
from server.database.life import read_life
from server.database.revisions import add_revisions
from server.database.streams import add_arrivals, lock_kiosks
from server.errors import Refusal, busy
from server.fleet.kiosks import callers
from server.ingest.batches import Job, Outcome, take_request
from server.ingest.meanings import Meanings
from server.ingest.waiting import Waiting
from wire.codes import HARDWARE_DIFFERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

    from server.clock import Clock
    from server.fleet.kiosks import AuthenticatedKiosk, ShownKey
    from server.settings import Settings
    from wire.messages import SyncReply, SyncRequest

log = logging.getLogger("salve.ingest")

# One COMMIT for at most this many requests: the last of them should not wait for long.
MOST_TOGETHER = 64
# More waiting than this is not a burst but a server that can not follow; kiosks come back later, each at its own time.
MOST_WAITING = 1_000
MOST_TRIES = 3


class Writer:
    """Stores sync requests; `start` it once, `close` it after the last request.

    Args:
        settings: gives the daily quota.
        clock: tells when a request arrived.
        engine: the database.
    """

    def __init__(self, settings: Settings, clock: Clock, engine: Engine) -> None:
        self._quota = settings.daily_quota
        self._clock = clock
        self._engine = engine
        self._meanings = Meanings()
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        # Written by the writer's thread alone, before those who wait are told.
        self._stored_reactions = 0
        self._outcomes: Counter[str] = Counter()
        self._thread = threading.Thread(target=self._work, name="salve-writer", daemon=True)

    def start(self) -> None:
        """Begin to take requests."""
        self._thread.start()

    def close(self) -> None:
        """Answer what waits, after its COMMIT, and take nothing more."""
        if not self._closing.is_set():
            self._closing.set()
            self._queue.put(None)
            self._thread.join()

    @property
    def waiting(self) -> int:
        """How many requests wait for the next COMMIT."""
        return self._queue.qsize()

    @property
    def stored(self) -> int:
        """How many reactions were stored since the process began."""
        return self._stored_reactions

    @property
    def outcomes(self) -> dict[str, int]:
        """How many requests were stored, and how many refused by which code, since the process began."""
        return dict(self._outcomes)

    def sync(self, request: SyncRequest, key: ShownKey, body_sha256: str) -> SyncReply:
        """Store a request and return its answer once it is committed.

        Whose key it shows is looked up in the transaction that stores it. Raises the request's Refusal; 503 `busy` when nothing
        was stored or it is not known whether, so that the kiosk sends it again.
        """
        if self._closing.is_set() or self.waiting >= MOST_WAITING:
            raise busy()
        waiting = Waiting(request, key, body_sha256, self._clock.now_ms())
        self._queue.put(waiting)
        return waiting.hear().reply

    def _work(self) -> None:
        more = True
        while more:
            together, more = self._gather()
            if together:
                self._commit(together)

    def _gather(self) -> tuple[list[Waiting], bool]:
        """Wait for a request and take those that wait behind it; False when there will be no more."""
        together: list[Waiting] = []
        first = self._queue.get()
        while first is not None:
            together.append(first)
            if len(together) == MOST_TOGETHER:
                return together, True
            try:
                first = self._queue.get_nowait()
            except queue.Empty:
                return together, True
        return together, False

    def _commit(self, together: list[Waiting]) -> None:
        outcomes = self._stored(together)
        for outcome in outcomes:
            self._count(outcome)
        for waiting, outcome in zip(together, outcomes, strict=True):
            waiting.tell(outcome)

    def _count(self, outcome: Outcome | Exception) -> None:
        if isinstance(outcome, Outcome):
            self._stored_reactions += sum(one.last_seq - one.first_seq + 1 for one in outcome.arrivals)
            self._outcomes["stored"] += 1
        else:
            self._outcomes[outcome.code if isinstance(outcome, Refusal) else "failed"] += 1

    def _stored(self, together: list[Waiting]) -> Sequence[Outcome | Exception]:
        """What became of each request; all are told to come again when nothing could be stored."""
        for tried in range(1, MOST_TRIES + 1):
            try:
                return self._store(together)
            except Exception as error:  # noqa: BLE001  (whatever it is, all who wait must hear that nothing was stored)
                log.warning("a commit of %d requests failed: %s", len(together), error)
                if tried == MOST_TRIES or not is_worth_another_try(error):
                    break
        return [busy() for _ in together]

    def _store(self, together: list[Waiting]) -> list[Outcome | Exception]:
        """Store all that can be stored, in one transaction."""
        try:
            return self._transact(together, self._take)
        except OperationalError:
            raise  # the database itself is in trouble: no one's request can be committed
        except Exception:  # noqa: BLE001  (one of them; which one shows when each is taken behind a savepoint of its own)
            return self._transact(together, self._take_apart)

    def _transact(
        self, together: list[Waiting], take: Callable[[Connection, Job, str], Outcome | Exception]
    ) -> list[Outcome | Exception]:
        with writing(self._engine) as connection:
            outcomes, jobs = _told_apart(together, callers(connection, [waiting.key for waiting in together]))
            lock_kiosks(connection, [job.kiosk.id for _, job in jobs], [job.request.stream for _, job in jobs])
            self._meanings.begin()
            epoch = read_life(connection).epoch
            for place, job in jobs:
                outcomes[place] = take(connection, job, epoch)
            taken = [outcome for outcome in outcomes.values() if isinstance(outcome, Outcome)]
            add_revisions(connection, [revision for outcome in taken for revision in outcome.revisions], self._clock.now_ms())
            add_arrivals(connection, [arrival for outcome in taken for arrival in outcome.arrivals])
        return [outcomes[place] for place in range(len(together))]

    def _take(self, connection: Connection, job: Job, epoch: str) -> Outcome:
        return take_request(connection, job, self._meanings, self._quota, epoch)

    def _take_apart(self, connection: Connection, job: Job, epoch: str) -> Outcome | Exception:
        """One request inside the shared transaction; its trouble is its own."""
        try:
            with savepoint(connection):
                return self._take(connection, job, epoch)
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  (handed to the one who waits)
            if isinstance(error, Refusal) and error.code == HARDWARE_DIFFERS:
                note_incident(connection, job.kiosk.id, KEY_ELSEWHERE, job.arrived_ms)
            return error


def _told_apart(
    together: list[Waiting], found: list[AuthenticatedKiosk | Refusal]
) -> tuple[dict[int, Outcome | Exception], list[tuple[int, Job]]]:
    """The refusals of those whose key is not good, and what the others want; both by the place in the group."""
    refused: dict[int, Outcome | Exception] = {}
    jobs: list[tuple[int, Job]] = []
    for place, (waiting, kiosk) in enumerate(zip(together, found, strict=True)):
        if isinstance(kiosk, Refusal):
            refused[place] = kiosk
        else:
            jobs.append((place, Job(waiting.request, kiosk, waiting.body_sha256, waiting.arrived_ms)))
    # A kiosk's requests side by side, and a stream's in their order.
    jobs.sort(key=lambda item: (item[1].kiosk.id, item[1].request.stream))
    return refused, jobs
