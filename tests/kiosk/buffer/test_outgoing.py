"""A request carries one run of one stream, the running one first."""

import base64
import json

import pytest

from kiosk.buffer.outgoing import Oldest
from wire.encoding import encode
from wire.messages import Span

# What JSON writes in another way than it is: quotes, controls, and letters that fit no ASCII and no two bytes.
LETTERS = """ "quoted" \\ / \x00\x01\x1f\b\t\n\f\r\x7f <é> \u2028 چهره \U0001f600 """


def test_the_reactions_are_the_very_text_that_the_encoder_would_make(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    presses = [reaction(at) for at in range(1, 400)]
    presses[1::3] = [press._replace(synced=False, visit=at) for at, press in enumerate(presses[1::3], 1)]
    presses[2::3] = [press._replace(button=LETTERS, mark="mash", wall_ms=2**53 + 1) for press in presses[2::3]]
    buffer.append(stream, 1, presses)
    assert batch_of(buffer, stream).reactions == encode(presses).decode()


def test_a_limit_takes_the_first_presses_in_their_order(buffer, reaction, batch_of, reactions_in):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(900, 0, -1)])
    found = []
    while (batch := batch_of(buffer, stream, 250)).size:
        found += [one.elapsed_ms for one in reactions_in(batch)]
        buffer.acknowledge(batch, None)
    assert found == list(range(900, 0, -1))


def test_the_running_stream_goes_first_then_the_oldest_then_a_heartbeat(buffer, reaction, batch_of):
    old, older_rows = buffer.new_stream(), [reaction(1)]
    buffer.append(old, 1, older_rows)
    middle = buffer.new_stream()
    buffer.append(middle, 1, [reaction(2)])
    running = buffer.new_stream()
    buffer.append(running, 1, [reaction(3)])
    seen = []
    for _ in range(4):
        batch = batch_of(buffer, running)
        seen.append((batch.stream.token, batch.size))
        buffer.acknowledge(batch, None)
    assert seen == [(running.token, 1), (old.token, 1), (middle.token, 1), (running.token, 0)]
    assert batch.first_seq == 2
    assert batch.reactions == "[]"


def test_rows_that_are_gone_are_reported_as_lost_and_then_settled(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 8)])
    buffer._conn.execute("DELETE FROM reactions WHERE seq IN (1, 2, 5, 7)")
    spans, sent = [], []
    while buffer.counts().waiting:
        batch = batch_of(buffer, stream)
        spans += batch.lost
        sent += range(batch.first_seq, batch.last + 1)
        buffer.acknowledge(batch, None)
    assert spans == [Span(1, 2), Span(5, 5), Span(7, 7)]
    assert sent == [3, 4, 6]


def test_an_opaque_reaction_keeps_its_place_and_its_bytes(buffer, reaction, batch_of, reactions_in):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 4)])
    assert buffer.mark_opaque(stream, 2)
    assert not buffer.mark_opaque(stream, 2)
    batch = batch_of(buffer, stream)
    assert [one.elapsed_ms for one in reactions_in(batch)] == [1, 3]
    [(seq, content)] = batch.opaque
    assert seq == 2
    assert base64.b64decode(content) == b'[2,1790000000002,1,1,"happy",3,null,"vote"]'
    assert (batch.last, batch.size) == (3, 3)


def test_an_opaque_reaction_beyond_a_hole_is_another_requests(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 6)])
    buffer.mark_opaque(stream, 4)
    buffer._conn.execute("DELETE FROM reactions WHERE seq = 3")
    first = batch_of(buffer, stream)
    buffer.acknowledge(first, None)
    second = batch_of(buffer, stream)
    assert (first.last, first.opaque, second.first_seq, [one.seq for one in second.opaque]) == (2, [], 4, [4])
    assert json.loads(second.reactions)[0][0] == 5


def test_every_boot_that_a_request_refers_to_is_listed(buffer, reaction):
    stream = buffer.new_stream()
    buffer.boot_number("boot-2", 10)
    buffer.append(stream, 1, [reaction(700, boot=2)])
    buffer.boot_number("boot-3", 10)
    batch = buffer.next_batch(stream, 3, 50, 500)
    assert [(boot.boot_id, boot.number, boot.last_elapsed_ms) for boot in batch.boots] == [
        ("boot-2", 2, 700),
        ("boot-3", 3, 50),
    ]


@pytest.mark.parametrize("with_older", [True, False])
def test_the_oldest_press_that_waits_is_of_the_oldest_stream_that_has_one(buffer, reaction, batch_of, with_older):
    assert buffer.oldest_waiting() is None
    confirmed = buffer.new_stream()
    buffer.append(confirmed, 1, [reaction(1)])
    buffer.acknowledge(batch_of(buffer, confirmed), None)
    if with_older:
        buffer.append(buffer.new_stream(), 1, [reaction(20), reaction(21)])
    running = buffer.new_stream()
    buffer.append(running, 1, [reaction(30), reaction(31)])
    buffer.acknowledge(batch_of(buffer, running, 1), None)
    at = 20 if with_older else 31
    assert buffer.oldest_waiting() == Oldest(at, 1_790_000_000_000 + at, True, 1)
