"""Only what was sent is confirmed, and a reconcile only lowers."""

from wire.messages import Anchor


def test_exactly_what_was_sent_is_acknowledged(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 8)])
    batch = batch_of(buffer, stream, limit=3)
    buffer.append(stream, 8, [reaction(8)])
    assert buffer.acknowledge(batch, None) == 5
    assert batch_of(buffer, stream).first_seq == 4
    assert buffer.counts() == (8, 0, 5, 3)


def test_confirmations_above_a_gap_are_taken_back(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 6)])
    buffer.acknowledge(batch_of(buffer, stream), None)
    assert buffer.unacknowledge(stream.token, 2)
    assert not buffer.unacknowledge(stream.token, 2)
    assert batch_of(buffer, stream).first_seq == 3


def test_reconcile_lowers_and_never_raises(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 6)])
    buffer.acknowledge(batch_of(buffer, stream, limit=3), None)
    buffer.reconcile([(stream.token, 5, 5)], "one", resend_anchors=False)
    assert buffer.counts().acknowledged == 3
    buffer.reconcile([(stream.token, 1, 0)], "two", resend_anchors=True)
    assert buffer.counts().acknowledged == 1
    assert buffer.epoch() == "two"


def test_anchors_are_delivered_once_and_kept_only_when_they_tell_something(buffer, batch_of):
    stream = buffer.new_stream()
    buffer.acknowledge(batch_of(buffer, stream), Anchor(1, 1_000, 5_000, 40))
    batch = batch_of(buffer, stream)
    assert batch.anchors == [Anchor(1, 1_000, 5_000, 40)]
    buffer.acknowledge(batch, Anchor(1, 2_000, 6_000, 39))
    assert batch_of(buffer, stream).anchors == []
    buffer.acknowledge(batch_of(buffer, stream), Anchor(1, 700_000, 704_000, 39))
    assert len(batch_of(buffer, stream).anchors) == 1
