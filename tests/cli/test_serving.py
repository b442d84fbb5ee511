"""`upgrade` makes a new database whole; serving survives large and slow clients, and ends without cutting an answer off."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, request

from server.commands.serving import CROWD, LARGEST_BODY_BYTES, MOST_QUEUED, TAKEN_AT_ONCE, Serving, allow_files
from server.database.driver import run
from server.database.engine import make_engine, reading
from server.settings import Settings  # noqa: TC001  (the fixture's own type)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result

DEADLINE_S = 20.0


def test_a_new_database_gets_its_questions_definition_and_epoch_once(salve: Callable[..., Result], database_url: str) -> None:
    found = []
    engine = make_engine(database_url)
    for _ in range(2):
        assert salve("upgrade").stdout == "The database is up to date.\n"
        with reading(engine) as connection:
            ask = "SELECT (SELECT count(*) FROM questions), (SELECT count(*) FROM definitions), (SELECT epoch FROM life)"
            found.append(tuple(run(connection, ask).one()))
    engine.dispose()
    assert found[0] == found[1]
    assert found[0][:2] == (18, 1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A server of a small app in a thread: /quick, /slow (until it is let go), /long (a stream), /take (a body)."""

    def __init__(self, settings: Settings) -> None:
        self.began, self.let_go = threading.Event(), threading.Event()
        app = Flask("small")
        app.config["MAX_CONTENT_LENGTH"] = 1_000
        app.add_url_rule("/quick", view_func=lambda: "quick", endpoint="quick")
        app.add_url_rule("/slow", view_func=self.slow, endpoint="slow")
        app.add_url_rule("/long", view_func=self.long, endpoint="long")
        app.add_url_rule("/take", view_func=lambda: str(len(request.get_data())), endpoint="take", methods=["POST"])
        self.serving = Serving(app, replace(settings, port=free_port(), threads=4))
        self.thread = threading.Thread(target=self.serving.run)
        self.thread.start()

    def slow(self) -> str:
        self.began.set()
        assert self.let_go.wait(DEADLINE_S)
        return "slow but whole"

    def long(self) -> Any:
        def pieces() -> Iterator[bytes]:
            yield b"x" * 100_000
            self.began.set()
            assert self.let_go.wait(DEADLINE_S)
            for _ in range(30):
                yield b"y" * 100_000

        return pieces()

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.serving.port, timeout=DEADLINE_S)

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        with closing(self.connect()) as connection:
            connection.request("GET" if body is None else "POST", path, body)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def end(self) -> None:
        self.let_go.set()
        self.serving.stop()
        self.thread.join(DEADLINE_S)
        assert not self.thread.is_alive()


@pytest.fixture
def running(settings: Settings) -> Iterator[Running]:
    server = Running(settings)
    yield server
    server.end()


@pytest.mark.parametrize(("path", "length"), [("/slow", 14), ("/long", 3_100_000)])
def test_an_answer_that_has_begun_is_given_whole_while_new_connections_are_not_taken(
    running: Running, path: str, length: int
) -> None:
    got: list[tuple[int, bytes]] = []
    asking = threading.Thread(target=lambda: got.append(running.ask(path)))
    asking.start()
    assert running.began.wait(DEADLINE_S)
    running.serving.stop()
    deadline = time.monotonic() + DEADLINE_S
    while taken(running.serving.port):
        assert time.monotonic() < deadline
    assert not got
    running.let_go.set()
    asking.join(DEADLINE_S)
    assert [(status, len(body)) for status, body in got] == [(200, length)]
    running.thread.join(DEADLINE_S)
    assert not running.thread.is_alive()


def taken(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def test_a_kept_connection_does_not_hold_the_end_up(running: Running) -> None:
    with closing(running.connect()) as connection:
        connection.request("GET", "/quick")
        assert connection.getresponse().read() == b"quick"
        began = time.monotonic()
        running.end()
        assert time.monotonic() - began < 5


def test_a_body_over_our_limit_is_refused_by_us_and_one_over_all_limits_by_waitress(running: Running) -> None:
    assert running.ask("/take", b"x" * 1_000) == (200, b"1000")
    assert running.ask("/take", b"x" * 3 * 1024 * 1024)[0] == 413
    with closing(running.connect()) as connection:
        connection.putrequest("POST", "/take")
        connection.putheader("Content-Length", str(LARGEST_BODY_BYTES + 1))
        connection.endheaders()
        assert connection.getresponse().status == 413


def test_many_clients_that_trickle_do_not_keep_others_waiting(running: Running) -> None:
    slow = [socket.create_connection(("127.0.0.1", running.serving.port)) for _ in range(120)]
    try:
        for number, client in enumerate(slow):
            client.sendall(
                b"GET /quick HTTP/1.1\r\nHo" if number % 2 else b"POST /take HTTP/1.1\r\nContent-Length: 50\r\n\r\nx"
            )
        began = time.monotonic()
        assert running.ask("/quick") == (200, b"quick")
        assert time.monotonic() - began < 2
    finally:
        for client in slow:
            client.close()


@pytest.mark.parametrize("count", [CROWD + 50, 40])
def test_idle_connections_are_closed_soon_in_a_crowd_alone_and_new_ones_stay(running: Running, count: int) -> None:
    kept = [running.connect() for _ in range(count)]
    with closing(socket.create_connection(("127.0.0.1", running.serving.port))) as silent:
        for connection in kept:
            connection.request("GET", "/quick")
            assert connection.getresponse().read() == b"quick"
        channels = running.serving._doors[0].active_channels
        deadline = time.monotonic() + (DEADLINE_S if count > CROWD else 2.5)
        while len(channels) > CROWD or (count < CROWD and time.monotonic() < deadline):
            assert count < CROWD or time.monotonic() < deadline
            # Each question is a turn; many come where there is a crowd.
            assert running.ask("/quick") == (200, b"quick")
            time.sleep(0.02)
        assert count > CROWD or len(channels) > count
        silent.sendall(b"GET /quick HTTP/1.0\r\n\r\n")
        assert b"quick" in silent.makefile("rb").read()
    for connection in kept:
        connection.close()


def test_what_can_not_be_answered_soon_is_not_taken_yet_and_answered_later(running: Running) -> None:
    count = 4 + MOST_QUEUED + 30
    got: list[tuple[int, bytes]] = []
    asking = [threading.Thread(target=lambda: got.append(running.ask("/slow"))) for _ in range(count)]
    for thread in asking:
        thread.start()
    door = running.serving._doors[0]
    deadline = time.monotonic() + DEADLINE_S
    while len(door.task_dispatcher.queue) < MOST_QUEUED:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert len(door.active_channels) <= 4 + MOST_QUEUED + TAKEN_AT_ONCE
    running.let_go.set()
    for thread in asking:
        thread.join(DEADLINE_S)
    assert got == [(200, b"slow but whole")] * count


def test_a_stranger_hears_nothing_of_what_serves(running: Running) -> None:
    with closing(running.connect()) as connection:
        connection.request("GET", "/quick")
        assert connection.getresponse().getheader("Server") is None


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    code = (
        "import resource as r\n"
        "hard = r.getrlimit(r.RLIMIT_NOFILE)[1]\n"
        "r.setrlimit(r.RLIMIT_NOFILE, (min(64, hard), hard))\n"
        "from server.commands.serving import allow_files\n"
        "allow_files()\n"
        "assert r.getrlimit(r.RLIMIT_NOFILE) == (hard, hard)\n"
    )
    assert callable(allow_files)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_whole_server_starts_on_an_empty_folder_and_ends_at_sigterm(tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | {"SALVE_DATA_DIR": str(tmp_path / "data"), "SALVE_PORT": str(port)}
    code = "from server.cli import main; main()"
    with (tmp_path / "words").open("wb") as words:
        process = subprocess.Popen([sys.executable, "-c", code, "serve"], env=environment, stdout=words, stderr=words)
    try:
        deadline = time.monotonic() + DEADLINE_S
        while not taken(port):
            assert process.poll() is None, (tmp_path / "words").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)) as connection:
            connection.request("GET", "/readyz")
            assert connection.getresponse().status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
    finally:
        process.kill()
        process.wait()
    assert f"Salve listens on port {port}." in (tmp_path / "words").read_text()
