"""One request: bounded in time and size, without proxies or redirects."""

import socket
import threading
import time

import pytest

from kiosk.cable import Cable
from kiosk.errors import Unreachable
from kiosk.upload import MAX_ANSWER_BYTES, Uploader


def test_the_key_goes_in_the_header_and_enrolment_sends_none(server):
    server.trouble = [lambda *_: (200, "application/json", b"{}", {})] * 2
    uploader = Uploader(server.url, software="1.0.0")
    uploader.post("/api/v1/x", b"{}", "slv_k_one")
    uploader.post("/api/v1/x", b"{}", None)
    assert [headers.get("Authorization") for headers in server.headers] == ["Bearer slv_k_one", None]
    assert server.headers[0]["Content-Type"] == "application/json"
    uploader.close()


def test_the_environments_proxy_and_passwords_are_not_used(server, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.trouble = [lambda *_: (200, "application/json", b"{}", {})]
    assert Uploader(server.url).post("/api/v1/x", b"{}", None).status == 200
    assert "Authorization" not in server.headers[0]


def test_a_cookie_is_not_kept_and_no_request_knows_the_one_before(server):
    server.trouble = [lambda *_: (200, "application/json", b"{}", {"Set-Cookie": "who=you; Path=/"})] * 2
    uploader = Uploader(server.url)
    uploader.post("/api/v1/x", b"a" * 2_000, "slv_k_one")
    uploader.post("/api/v1/x", b"{}", None)
    first, second = server.headers
    assert (first["Content-Encoding"], first["Authorization"]) == ("gzip", "Bearer slv_k_one")
    assert not {"Cookie", "Content-Encoding", "Authorization"} & set(second)
    assert second["Content-Length"] == "2"


def test_a_pulled_cable_sends_nothing(server):
    with pytest.raises(Unreachable) as found:
        Uploader(server.url, Cable(plugged=False)).post("/api/v1/x", b"{}", None)
    assert not found.value.sent
    assert server.paths == []


def test_a_closed_port_is_known_not_to_have_been_reached(server):
    server.close()
    with pytest.raises(Unreachable) as found:
        Uploader(server.url).post("/api/v1/x", b"{}", None)
    assert not found.value.sent


def test_a_reply_that_is_cut_off_may_have_been_acted_on(server):
    server.trouble = [lambda *_: None]
    with pytest.raises(Unreachable) as found:
        Uploader(server.url).post("/api/v1/x", b"{}", None)
    assert found.value.sent


def test_an_answer_without_end_is_given_up(server):
    server.trouble = [lambda *_: (200, "application/json", b" " * (MAX_ANSWER_BYTES + 1), {})]
    with pytest.raises(Unreachable):
        Uploader(server.url).post("/api/v1/x", b"{}", None)


def test_a_server_that_trickles_its_headers_is_left_after_the_total_deadline():
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def trickle():
        connection, _ = listener.accept()
        with connection:
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
                if over.wait(0.05):
                    return
                connection.send(bytes([letter]))

    thread = threading.Thread(target=trickle)
    thread.start()
    began = time.monotonic()
    with pytest.raises(Unreachable, match="No whole answer") as found:
        Uploader(f"http://127.0.0.1:{listener.getsockname()[1]}", total_s=0.4).post("/", b"{}", None)
    assert time.monotonic() - began < 3
    assert found.value.sent
    over.set()
    thread.join()
    listener.close()


def test_a_request_that_was_given_up_is_not_sent_any_more(monkeypatch):
    """A name that is looked up for longer than the whole exchange may take: the body must not arrive as news of then."""
    listener = socket.create_server(("127.0.0.1", 0))
    looking, found = threading.Event(), socket.getaddrinfo

    def slowly(*arguments, **options):
        looking.wait(10)
        return found(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with pytest.raises(Unreachable, match="No whole answer"):
        Uploader(f"http://127.0.0.1:{listener.getsockname()[1]}", total_s=0.2).post("/x", b'{"sent": "long ago"}', None)
    looking.set()
    connection, _ = listener.accept()
    with connection, listener:
        connection.settimeout(10)
        came = b"".join(iter(lambda: connection.recv(4_096), b""))
    assert came.startswith(b"POST /x")
    assert b"long ago" not in came


def test_after_one_that_was_given_up_the_next_goes_through(server, monkeypatch):
    looking, found = threading.Event(), socket.getaddrinfo
    slow = [True]

    def slowly_once(*arguments, **options):
        if slow and slow.pop():
            looking.wait(10)
        return found(*arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", slowly_once)
    server.trouble = [lambda *_: (200, "application/json", b"{}", {})]
    uploader = Uploader(server.url, total_s=0.2)
    with pytest.raises(Unreachable, match="No whole answer"):
        uploader.post("/api/v1/x", b"{}", None)
    uploader._total_s = 10
    assert uploader.post("/api/v1/x", b"{}", None).status == 200
    looking.set()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux alone has it")
def test_the_kernel_gives_up_what_nobody_takes(server):
    uploader = Uploader(server.url)
    options = uploader._adapter.poolmanager.connection_pool_kw["socket_options"]
    assert (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 20_000) in options
    assert (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) in options


def test_only_our_own_format_is_a_refusal(server):
    server.trouble = [
        lambda server, *_: server.problem(403, "kiosk-disabled"),
        lambda *_: (403, "text/html", b"<h1>Blocked</h1>", {}),
        lambda *_: (403, "application/problem+json", b"{", {}),
    ]
    uploader = Uploader(server.url)
    assert [uploader.post("/", b"{}", None).is_problem for _ in range(3)] == [True, False, False]
