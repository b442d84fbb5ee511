"""Who stops reading loses the connection, and with it what it held; who reads slowly gets all of it."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.commands.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server.settings import Settings

DEADLINE_S = 20.0
STALLED_S = 0.5
PIECE = b"x" * 50_000


class Long:
    """Answers with so many pieces; says when an answer of its own ended, and how many pieces were made."""

    def __init__(self) -> None:
        self.pieces = 2_000
        self.wait_s = 0.0
        self.ended = threading.Event()
        self.made = 0

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Length", str(self.pieces * len(PIECE)))])
        return self._make()

    def _make(self) -> Iterator[bytes]:
        try:
            for _ in range(self.pieces):
                self.ended.wait(self.wait_s)
                yield PIECE
                self.made += 1
        finally:
            self.ended.set()


@pytest.fixture
def long() -> Long:
    return Long()


@pytest.fixture
def port(settings: Settings, long: Long) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    serving = Serving(long, replace(settings, port=free, threads=4), stalled_s=STALLED_S)  # type: ignore[arg-type]
    thread = threading.Thread(target=serving.run)
    thread.start()
    yield serving.port
    serving.stop()
    thread.join(DEADLINE_S)
    assert not thread.is_alive()


def ask(port: int) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.settimeout(DEADLINE_S)
    client.connect(("127.0.0.1", port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    return client


def test_an_answer_that_nobody_reads_is_ended_while_its_reader_stays_connected(port: int, long: Long) -> None:
    with closing(ask(port)) as client:
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        assert long.ended.wait(DEADLINE_S)
        assert long.made < long.pieces


def test_the_unread_rest_of_a_whole_answer_is_let_go_too(port: int, long: Long) -> None:
    long.pieces = 80
    with closing(ask(port)) as client:
        assert long.ended.wait(DEADLINE_S)
        time.sleep(4 * STALLED_S)
        got = 0
        with suppress(ConnectionResetError):
            while piece := client.recv(1 << 16):
                got += len(piece)
        assert got < long.pieces * len(PIECE)


def test_a_slow_reader_gets_all_of_it(port: int, long: Long) -> None:
    long.pieces = 80
    with closing(ask(port)) as client:
        began, got = time.monotonic(), 0
        while piece := client.recv(1 << 18, socket.MSG_WAITALL):
            got += len(piece)
            if time.monotonic() - began < 6 * STALLED_S:
                time.sleep(STALLED_S / 2)
    assert got > long.pieces * len(PIECE)
    assert time.monotonic() - began > 2 * STALLED_S


def test_an_answer_that_is_made_slowly_is_not_ended(port: int, long: Long) -> None:
    long.pieces, long.wait_s = 2, 3 * STALLED_S
    with closing(ask(port)) as client:
        got = sum(len(piece) for piece in iter(lambda: client.recv(1 << 16), b""))
    assert got > 2 * len(PIECE)
