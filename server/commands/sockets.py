"""The connections of a server: each turn looks at those on which something happened, however many others are open."""

from __future__ import annotations

import select
import time
from typing import Any

from waitress import wasyncore

READ, WRITE = select.EPOLLIN | select.EPOLLPRI, select.EPOLLOUT
# What nothing happened on is looked at this often: one that waitress finds idle for too long has to be closed.
LOOK_AT_ALL_S = 1.0


class Sockets(dict[int, Any]):
    """Waitress's map of sockets by descriptor, and its loop.

    Waitress's own asks every socket before each turn what it waits for. What one waits for changes when something happened on
    it, and while a thread answers a request that came on it: so those are asked, and of all others the kernel remembers it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._epoll = select.epoll()
        # What the kernel was told that each waits for, 0 once it has told us that it happened.
        self._told: dict[int, int] = {}
        self._moving: set[int] = set()
        self._looked_s = 0.0

    def __setitem__(self, number: int, one: Any) -> None:
        super().__setitem__(number, one)
        self._moving.add(number)

    def __delitem__(self, number: int) -> None:
        super().__delitem__(number)
        self._moving.discard(number)
        # A closed descriptor has left the kernel's list by itself.
        self._told.pop(number, None)

    def turn(self, wait_s: float, *, look_at_all: bool = False) -> None:
        """Wait until something happens, at most so long, and handle it."""
        now_s = time.monotonic()
        if look_at_all or now_s - self._looked_s >= LOOK_AT_ALL_S:
            self._looked_s = now_s
            self._moving.update(self)
        for number in list(self._moving):
            self._ask(number)
        for number, happened in self._epoll.poll(wait_s):
            # Not of one that was closed in this turn, nor of another that got its number since.
            if self._told.get(number):
                self._told[number] = 0
                self._moving.add(number)
                wasyncore.readwrite(self[number], happened)

    def close(self) -> None:
        """Let go of the kernel's list."""
        self._epoll.close()

    def _ask(self, number: int) -> None:
        """Tell the kernel what a socket waits for, and stop asking it when that is what comes next on an idle connection."""
        one = self[number]
        wanted = (READ if one.readable() else 0) | (WRITE if one.writable() else 0)
        told = self._told.get(number)
        if wanted and wanted != told:
            tell = self._epoll.register if told is None else self._epoll.modify
            tell(number, wanted | select.EPOLLONESHOT)
            self._told[number] = wanted
        if wanted == READ and not one.accepting and not getattr(one, "requests", ()):
            self._moving.discard(number)
