"""Messages to bytes and back, as the kiosk does it, held to what the server reads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import messages
from wire.encoding import decode, encode
from wire.limits import Malformed

EXAMPLES = Path(__file__).parents[2] / "wire" / "examples"
KINDS = {
    "enrol-request": messages.EnrolRequest,
    "enrol-reply": messages.EnrolReply,
    "sync-request": messages.SyncRequest,
    "heartbeat-request": messages.SyncRequest,
    "opaque-request": messages.SyncRequest,
    "sync-reply": messages.SyncReply,
    "reconcile-request": messages.ReconcileRequest,
    "reconcile-reply": messages.ReconcileReply,
}


def kind_of(path: Path) -> type:
    return KINDS[path.stem.split("-", 1)[1]]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_both_sides_read_a_golden_example_alike(path: Path) -> None:
    raw = path.read_bytes()
    assert decode(kind_of(path), raw) == msgspec.json.decode(raw, type=kind_of(path))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_an_example_survives_being_written_again(path: Path) -> None:
    message = decode(kind_of(path), path.read_bytes())
    assert decode(kind_of(path), encode(message)) == message
    assert msgspec.json.decode(encode(message)) == msgspec.json.decode(msgspec.json.encode(message))


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*sync-request.json")), ids=lambda path: path.stem)
def test_a_field_that_is_text_already_takes_its_place_as_it_stands(path: Path) -> None:
    message = decode(messages.SyncRequest, path.read_bytes())
    text = json.dumps(message.reactions, separators=(",", ":"), ensure_ascii=False)
    assert encode(dataclasses.replace(message, reactions=[]), reactions=text) == encode(message)
    assert len(message.reactions) > 0


def test_every_kind_of_message_has_an_example() -> None:
    assert {path.stem.split("-", 1)[1] for path in EXAMPLES.glob("*.json")} == set(KINDS)


def test_unknown_fields_are_ignored() -> None:
    raw = json.dumps({"epoch": "e", "streams": [], "weather": "fine"}).encode()
    assert decode(messages.ReconcileReply, raw) == messages.ReconcileReply("e", [])


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (b"<html>", "not JSON"),
        (b"[]", "ReconcileReply"),
        (b"{}", "ReconcileReply.epoch: is missing"),
        (b'{"epoch": 5, "streams": []}', "ReconcileReply.epoch: must be str"),
        (b'{"epoch": "e", "streams": {}}', "ReconcileReply.streams: must be list"),
        (b'{"epoch": "e", "streams": [[1]]}', r"ReconcileReply.streams\[0\]: must hold 2 to 2"),
        (b'{"epoch": "e", "streams": [[1, true]]}', r"ReconcileReply.streams\[0\].safe_high: must be int"),
        (b'{"epoch": "e", "streams": [[1, 2, 3]]}', r"ReconcileReply.streams\[0\]"),
    ],
)
def test_what_is_no_message_is_refused_with_the_path_of_the_fault(raw: bytes, path: str) -> None:
    with pytest.raises(Malformed, match=path):
        decode(messages.ReconcileReply, raw)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_no_bytes_do_more_than_being_refused(raw: bytes | str) -> None:
    with pytest.raises(Malformed):
        decode(messages.SyncReply, raw if isinstance(raw, bytes) else raw.encode())
