"""A request that waits for its COMMIT, and how it hears of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from server.errors import busy

if TYPE_CHECKING:
    from server.fleet.kiosks import ShownKey
    from server.ingest.batches import Outcome
    from wire.messages import SyncRequest

LONGEST_WAIT_S = 60.0


class Waiting:
    """A request that waits for its COMMIT: the thread that brought it waits in `hear` for the writer's `tell`."""

    def __init__(self, request: SyncRequest, key: ShownKey, body_sha256: str, arrived_ms: int) -> None:
        self.request = request
        self.key = key
        self.body_sha256 = body_sha256
        self.arrived_ms = arrived_ms
        self._outcome: Outcome | Exception = busy()
        # A bare lock: a Future is several, and a thousand requests a second are handed over.
        self._told = threading.Lock()
        self._told.acquire()

    def tell(self, outcome: Outcome | Exception) -> None:
        """Let the one who waits go on with this."""
        self._outcome = outcome
        self._told.release()

    def hear(self) -> Outcome:
        """What became of it; raises its trouble, 503 `busy` when nothing is heard for too long."""
        self._told.acquire(timeout=LONGEST_WAIT_S)
        outcome = self._outcome
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
