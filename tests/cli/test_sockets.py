"""A turn costs what happened in it, and not what is open; what waitress relies on in its own loop holds here as well."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from server.commands.sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import Iterator


class Line:
    """One end of a connection, as waitress's loop knows it; the test has the other."""

    accepting = False

    def __init__(self, sockets: Sockets) -> None:
        self.own, self.other = socket.socketpair()
        self.sockets = sockets
        self.number = self.own.fileno()
        self.asked = 0
        self.heard: list[bytes] = []
        self.requests: list[bytes] = []
        self.reads, self.writes, self.closed = True, False, 0
        sockets[self.number] = self

    def readable(self) -> bool:
        self.asked += 1
        return self.reads

    def writable(self) -> bool:
        return self.writes

    def handle_read_event(self) -> None:
        self.heard.append(self.own.recv(100))

    def handle_write_event(self) -> None:
        self.own.sendall(b"answer")
        self.writes = False

    def handle_close(self) -> None:
        self.closed += 1
        self.end()

    def end(self) -> None:
        if self.number in self.sockets:
            del self.sockets[self.number]
        self.own.close()
        self.other.close()


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    sockets = Sockets()
    yield sockets
    for line in list(sockets.values()):
        line.end()
    sockets.close()


def test_who_is_idle_is_not_asked_again(sockets: Sockets) -> None:
    idle = [Line(sockets) for _ in range(300)]
    one = Line(sockets)
    for number in range(50):
        one.other.sendall(b"%d" % number)
        sockets.turn(1.0)
    assert one.heard == [b"%d" % number for number in range(50)]
    assert max(line.asked for line in idle) <= 2
    idle[7].other.sendall(b"late")
    sockets.turn(1.0)
    assert idle[7].heard == [b"late"]


def test_what_is_not_wanted_now_is_heard_once_it_is(sockets: Sockets) -> None:
    line = Line(sockets)
    line.other.sendall(b"first")
    sockets.turn(1.0)
    # A thread answers what came; until it has, nothing more is read.
    line.requests, line.reads = [b"first"], False
    line.other.sendall(b"second")
    for _ in range(3):
        sockets.turn(0)
    assert line.heard == [b"first"]
    line.requests, line.reads, line.writes = [], True, True
    sockets.turn(1.0)
    sockets.turn(1.0)
    assert line.heard == [b"first", b"second"]
    assert line.other.recv(100) == b"answer"


def test_who_hangs_up_while_nothing_is_wanted_wakes_nobody_and_is_closed_then(sockets: Sockets) -> None:
    line = Line(sockets)
    line.other.sendall(b"first")
    sockets.turn(1.0)
    line.requests, line.reads = [b"first"], False
    line.other.close()
    for _ in range(3):
        sockets.turn(0)
    assert not line.closed
    line.requests, line.reads = [], True
    sockets.turn(1.0)
    assert line.heard[1:] == [b""] or line.closed


def test_of_one_that_another_closes_in_the_same_turn_nothing_is_handled(sockets: Sockets) -> None:
    lines = [Line(sockets), Line(sockets)]

    def close_the_other(own: Line, other: Line) -> None:
        own.heard.append(own.own.recv(100))
        other.end()
        # Whoever comes next gets its number, and has not said anything.
        newcomers.append(Line(sockets))

    newcomers: list[Line] = []
    for own, other in (lines, lines[::-1]):
        own.handle_read_event = lambda own=own, other=other: close_the_other(own, other)  # type: ignore[method-assign]
    sockets.turn(0)
    for line in lines:
        line.other.sendall(b"both")
    sockets.turn(1.0)
    assert sorted(len(line.heard) for line in lines) == [0, 1]
    assert [line.heard for line in newcomers] == [[]]


def test_all_are_looked_at_when_that_is_asked_for(sockets: Sockets) -> None:
    line = Line(sockets)
    sockets.turn(0)
    line.writes = True
    sockets.turn(0)
    assert line.writes
    sockets.turn(1.0, look_at_all=True)
    assert line.other.recv(100) == b"answer"
