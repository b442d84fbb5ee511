"""A process of the demonstration is its own: nobody else's answer is taken for it, and its end is noticed."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from demo.processes import Child, NotStarted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVES = """
import http.server, sys
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Well).serve_forever()
"""


class Well(BaseHTTPRequestHandler):
    """Says that all is well."""

    def do_GET(self) -> None:
        """Answer 200."""
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def somebody() -> Iterator[int]:
    """A server of somebody else's; its port, which is free again afterwards."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Well)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def child_of(folder: Path, port: int, program: str) -> Child:
    arguments = [sys.executable, "-c", program, str(port)]
    return Child("server", arguments, {}, folder / "words.log", f"http://127.0.0.1:{port}/healthz")


def test_a_port_that_somebody_took_while_the_chain_was_made_is_not_taken_for_the_own_server(tmp_path: Path) -> None:
    with somebody() as port:
        child = child_of(tmp_path, port, SERVES)
        with pytest.raises(NotStarted, match=f"something else answers at http://127.0.0.1:{port}/healthz"):
            child.start()
        assert not child.is_running


def test_an_own_server_is_waited_for_and_ended(tmp_path: Path) -> None:
    with somebody() as port:
        pass
    child = child_of(tmp_path, port, SERVES)
    child.start()
    assert child.is_running
    assert not child.restart_if_dead()
    child.stop()
    assert not child.is_running


def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    with somebody() as port:
        pass
    with pytest.raises(NotStarted, match="ended at once: no room here"):
        child_of(tmp_path, port, "import sys; sys.exit('no room here')").start()
