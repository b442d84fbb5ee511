"""Head and body of an answer leave together, and every kind of answer is still whole."""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from server.commands.channels import Channel
from server.commands.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from server.settings import Settings


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers /STATUS/LENGTH/PIECE/PIECE... with these; a length of 0 is not told."""
    status, length, *pieces = environ["PATH_INFO"].strip("/").split("/")
    start_response(f"{status} As asked", [("Content-Length", length)] if int(length) else [])
    return (piece.encode() for piece in pieces)


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    serving = Serving(application, replace(settings, port=free, threads=2))  # type: ignore[arg-type]
    thread = threading.Thread(target=serving.run)
    thread.start()
    yield serving.port
    serving.stop()
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is handed over to be sent, one by one."""
    found: list[bytes] = []
    usual = Channel.write_soon

    def write_soon(channel: Channel, data: bytes) -> Any:
        found.append(data)
        return usual(channel, data)

    monkeypatch.setattr(Channel, "write_soon", write_soon)
    return found


def ask(port: int, path: str, method: str = "GET") -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_a_short_answer_is_one_piece(port: int, pieces: list[bytes]) -> None:
    assert ask(port, "/200/6/thanks") == (200, b"thanks")
    (whole,) = pieces
    assert whole.startswith(b"HTTP/1.1 200 As asked\r\n")
    assert whole.endswith(b"\r\n\r\nthanks")


def test_a_long_one_goes_on_in_pieces_of_its_own(port: int, pieces: list[bytes]) -> None:
    assert ask(port, "/200/9/abc/def/ghi") == (200, b"abcdefghi")
    assert pieces[0].endswith(b"\r\n\r\nabc")
    assert pieces[1:] == [b"def", b"ghi"]


def test_one_whose_length_is_not_told_is_chunked_from_its_first_piece(port: int, pieces: list[bytes]) -> None:
    assert ask(port, "/200/0/abc/d") == (200, b"abcd")
    assert pieces[0].endswith(b"\r\n\r\n3\r\nabc\r\n")
    assert pieces[1:] == [b"1\r\nd\r\n", b"0\r\n\r\n"]


@pytest.mark.parametrize("path", ["/204/0", "/304/0"])
def test_one_without_a_body_is_its_head(port: int, pieces: list[bytes], path: str) -> None:
    assert ask(port, path) == (int(path[1:4]), b"")
    (head,) = pieces
    assert head.endswith(b"\r\n\r\n")
