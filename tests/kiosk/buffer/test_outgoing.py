"""A request carries one run of one stream, the running one first."""

from wire.messages import Span


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
        seen.append((batch.stream.token, len(batch.reactions)))
        buffer.acknowledge(batch, None)
    assert seen == [(running.token, 1), (old.token, 1), (middle.token, 1), (running.token, 0)]
    assert batch.first_seq == 2


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


def test_an_opaque_reaction_keeps_its_place(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 4)])
    assert buffer.mark_opaque(stream, 2)
    assert not buffer.mark_opaque(stream, 2)
    batch = batch_of(buffer, stream)
    assert [one.elapsed_ms for one in batch.reactions] == [1, 3]
    assert [one.seq for one in batch.opaque] == [2]
    assert batch.last == 3


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
