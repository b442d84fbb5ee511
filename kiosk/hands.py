"""Do one thing after the other within a time limit each, in a thread that is left behind when it takes too long."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# A thread costs as much as half a request, and a backlog's requests follow each other sooner than this.
REST_S = 1.0


class TooLong(Exception):
    """The task was not done in time; whoever took it may still be at it."""


class Hands(Generic[T]):
    """One thread for tasks that come one at a time; it ends when there is none for a while."""

    def __init__(self) -> None:
        self._tasks: queue.SimpleQueue[tuple[Callable[[], T], queue.SimpleQueue[T | Exception]]] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._is_there = False

    def do(self, task: Callable[[], T], most_s: float) -> T:
        """The task's result; raises what it raised, or TooLong."""
        results: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()
        with self._turn:
            self._tasks.put((task, results))
            if not self._is_there:
                self._is_there = True
                threading.Thread(target=self._main, daemon=True, name="request").start()
        try:
            result = results.get(timeout=most_s)
        except queue.Empty:
            raise TooLong from None
        if isinstance(result, Exception):
            raise result
        return result

    def _main(self) -> None:
        while True:
            try:
                task, results = self._tasks.get(timeout=REST_S)
            except queue.Empty:
                with self._turn:
                    if self._tasks.empty():
                        self._is_there = False
                        return
                continue
            try:
                results.put(task())
            except Exception as error:  # noqa: BLE001  # whatever it was, the waiting side must hear of it
                results.put(error)
            del task, results
