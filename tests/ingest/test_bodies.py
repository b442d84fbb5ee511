"""What is not a sound request is refused with a problem that names the fault, and nothing of it is stored."""

from __future__ import annotations

import gzip
import hashlib
import json
import socket
import subprocess
import sys
import textwrap
import threading
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.serving import make_server

from server.database.tables import reactions

BOMB = gzip.compress(b"0" * 100_000_000)


def refusal(house, response) -> tuple[int, str]:
    assert response.content_type == "application/problem+json"
    assert response.json["detail"]
    assert house.rows(reactions) == []
    return response.status_code, response.json["code"]


def broken(kiosk, **changes) -> dict:
    return kiosk.request([kiosk.press(1_000)]) | changes


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"hello, I am text", 400, "malformed"),
        (b'{"protocol":1,"software":"1.0', 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b"null", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (json.dumps({"protocol": 1, "padding": "x" * 3 * 1024 * 1024}).encode(), 413, "too-large"),
    ],
    ids=["nothing", "text", "cut", "a list", "null", "no letters", "a deep nest", "three megabytes"],
)
def test_a_body_that_is_no_request_is_refused(house, kiosk, raw, status, code) -> None:
    assert refusal(house, kiosk.send(raw)) == (status, code)


FAULTS = {
    "negative seq": ({"first_seq": -1}, "first_seq"),
    "seq zero": ({"first_seq": 0}, "first_seq"),
    "seq beyond the end": ({"first_seq": 65_537}, "seq"),
    "seq as text": ({"first_seq": "1"}, "$.first_seq"),
    "seq as bool": ({"first_seq": True}, "$.first_seq"),
    "seq with a point": ({"first_seq": 1.0}, "$.first_seq"),
    "reactions as object": ({"reactions": {}}, "$.reactions"),
    "stream in capitals": ({"stream": "AB" * 16}, "stream"),
    "parent of another length": ({"parent": "ab"}, "parent"),
    "control letters": ({"software": "a\nb"}, "software"),
    "no sent": ({"sent": None}, "$.sent"),
    "boot nobody named": ({"boots": []}, "boot"),
    "opaque that is no base64": ({"opaque": [[1, "!"]]}, "opaque"),
    "opaque outside": ({"opaque": [[9, "AAAA"]]}, "opaque"),
    "lost turned round": ({"lost": [[5, 4]]}, "lost"),
    "a number beyond all": ({"config_version": 10**30}, "config_version"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_field_that_does_not_fit_is_named(house, kiosk, fault) -> None:
    change, named = FAULTS[fault]
    response = kiosk.send(broken(kiosk, **change))
    assert refusal(house, response) == (400, "malformed")
    assert named in response.json["detail"]


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, True), (0, -1), (0, "1"), (1, 1.5), (2, 1), (3, None), (4, "Button!"), (5, False), (6, 5), (6, 0), (7, "maybe")],
)
def test_a_reaction_with_a_wrong_entry_is_refused(house, kiosk, place, value) -> None:
    press = kiosk.press(1_000)
    press[place] = value
    assert refusal(house, kiosk.send(kiosk.request([press], sent_ms=2_000))) == (400, "malformed")


def test_a_reaction_that_grew_is_refused(house, kiosk) -> None:
    assert refusal(house, kiosk.send(kiosk.request([[*kiosk.press(1_000), 1]], sent_ms=5))) == (400, "malformed")


def test_fields_from_a_later_version_are_ignored(kiosk) -> None:
    request = broken(kiosk, colour="green", more=[{"a": None}])
    request["sent"]["phase"] = 3
    assert kiosk.send(request).json["stored"] == 1


def test_more_reactions_than_fit_are_too_many(house, kiosk) -> None:
    response = kiosk.send(kiosk.request([kiosk.press(at) for at in range(501)]))
    assert refusal(house, response) == (413, "too-large")
    assert response.json["max_reactions"] == 500


@pytest.mark.parametrize("protocol", [0, 2, 99])
def test_another_protocol_is_named_even_when_nothing_else_fits(house, kiosk, protocol) -> None:
    for message in ({"protocol": protocol}, broken(kiosk, protocol=protocol), broken(kiosk, protocol=protocol, reactions=7)):
        response = kiosk.send(message)
        assert refusal(house, response) == (426, "protocol-unsupported")
        assert response.json["supported"] == [1]


def test_a_gzip_bomb_is_refused_without_inflating_it(house, kiosk) -> None:
    assert len(BOMB) < 256 * 1024
    tracemalloc.start()
    response = kiosk.send(BOMB, **{"Content-Encoding": "gzip"})
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal(house, response) == (413, "too-large")
    assert peak_bytes < 20_000_000


def test_gzip_is_taken_and_the_reply_repeats_the_hash_of_the_bytes_as_sent(kiosk) -> None:
    raw = gzip.compress(json.dumps(broken(kiosk)).encode())
    reply = kiosk.send(raw, **{"Content-Encoding": "gzip"}).json
    assert reply["stored"] == 1
    assert reply["received"] == hashlib.sha256(raw).hexdigest()


@pytest.mark.parametrize("harm", [lambda raw: raw[:-4], lambda raw: raw + raw, lambda _: b"{}"], ids=["cut", "twice", "none"])
def test_damaged_gzip_is_refused(house, kiosk, harm) -> None:
    raw = harm(gzip.compress(json.dumps(broken(kiosk)).encode()))
    assert refusal(house, kiosk.send(raw, **{"Content-Encoding": "gzip"})) == (400, "malformed")


@pytest.mark.parametrize("headers", [{"Content-Type": "text/html"}, {"Content-Encoding": "br"}])
def test_what_says_to_be_something_else_is_refused(house, kiosk, headers) -> None:
    assert refusal(house, kiosk.send(broken(kiosk), **headers)) == (400, "malformed")


def test_a_body_shorter_than_it_says_stores_nothing(house, kiosk) -> None:
    server = make_server("127.0.0.1", 0, house.app)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    raw = json.dumps(broken(kiosk)).encode()
    with socket.create_connection(("127.0.0.1", server.server_port), 10) as line:
        head = f"POST /api/v1/sync HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {kiosk.key}\r\n"
        line.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n".encode() + raw[:-20])
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := line.recv(65_536):
            answer += chunk
    thread.join()
    server.server_close()
    assert b" 400 " in answer.splitlines()[0]
    assert b"application/problem+json" in answer
    assert house.rows(reactions) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
FIELDS = [
    "protocol",
    "stream",
    "first_seq",
    "reactions",
    "opaque",
    "boots",
    "sent",
    "anchors",
    "lost",
    "totals",
    "health",
    "parent",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(FIELDS), value=JSON, path=st.sampled_from(["sync", "reconcile", "enrol"]))
def test_no_nonsense_makes_the_server_fail(kiosk, field, value, path) -> None:
    response = kiosk.send(broken(kiosk) | {field: value}, path)
    assert response.status_code < 500, response.text


FIRST_AT_ONCE = """
    import importlib, pathlib, sys, threading
    from server.ingest import bodies
    from wire import messages

    raw, read = pathlib.Path(sys.argv[1]).read_bytes(), []
    sys.setswitchinterval(1e-6)

    def first():
        together.wait()
        read.append(bodies.decode(bodies.SYNC, raw, lambda message: None))

    for _ in range(40):
        importlib.reload(messages)
        importlib.reload(bodies)
        together = threading.Barrier(6)
        threads = [threading.Thread(target=first) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(len(read))
"""


def test_the_first_messages_may_come_from_several_kiosks_at_once() -> None:
    # In a process of its own, again and again as if it had just begun: what goes wrong here ends the whole process.
    example = next((Path(__file__).parents[2] / "wire" / "examples").glob("*-sync-request.json"))
    command = [sys.executable, "-c", textwrap.dedent(FIRST_AT_ONCE), str(example)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (0, "240\n"), ended.stderr
