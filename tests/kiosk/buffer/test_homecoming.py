"""Salvaged streams come home with their identities, may come twice, and are sent under their old buffer's name."""

from kiosk.buffer.homecoming import PastBuffer, PastStream
from wire.messages import Anchor, Boot, Span, Totals

PAST = PastBuffer("b" * 32, 40, 2)
OLD = PastStream("d" * 32, None, 2)


def row(seq, boot=1):
    return (seq, seq, 10 * seq, 1, boot, "happy", 1, None, "vote", 0)


def test_salvaged_presses_are_sent_with_the_totals_of_their_own_buffer(buffer, batch_of):
    running = buffer.new_stream()
    buffer.take_past(PAST, [Boot("boot-0", 7, 99)], [Anchor(1, 3, 4, 5)], below=100)
    buffer.take_rows(PAST, OLD, [row(seq) for seq in (1, 2, 3, 5)], upto=6)
    batch = batch_of(buffer, running)
    assert (batch.stream.token, batch.first_seq, batch.last) == (OLD.token, 3, 3)
    assert (batch.buffer, batch.totals) == (PAST.buffer, Totals(40, 2))
    buffer.acknowledge(batch, None)
    rest = batch_of(buffer, running)
    assert (rest.lost, rest.first_seq) == ([Span(4, 4)], 5)
    buffer.acknowledge(rest, None)
    last = batch_of(buffer, running)
    assert last.lost == [Span(6, 6)]
    buffer.acknowledge(last, None)
    assert batch_of(buffer, running).totals == Totals(0, 0)


def test_a_past_buffer_tells_its_totals_once_even_when_nothing_of_it_waits(buffer, batch_of):
    running = buffer.new_stream()
    buffer.take_past(PAST, [], [], below=100)
    first = batch_of(buffer, running)
    assert first.totals == Totals(40, 2)
    buffer.acknowledge(first, None)
    assert batch_of(buffer, running).buffer != PAST.buffer


def test_coming_home_twice_changes_nothing(buffer):
    for _ in range(2):
        buffer.take_past(PAST, [Boot("boot-0", 7, 99)], [], below=100)
        buffer.take_rows(PAST, OLD, [row(1), row(2), row(3)], upto=3)
    assert buffer.counts() == (3, 0, 1, 2)


def test_what_is_not_there_yet_is_not_lost(buffer, batch_of):
    running = buffer.new_stream()
    buffer.take_past(PAST, [], [], below=100)
    buffer.take_rows(PAST, PastStream(OLD.token, None, 0), [row(1)], upto=1)
    assert batch_of(buffer, running).lost == []


def test_old_boots_keep_their_numbers_unless_these_are_taken_or_too_high(buffer):
    buffer.take_past(PAST, [Boot("boot-0", 7), Boot("other", 1), Boot("high", 100), Boot("boot-1", 55)], [], below=100)
    numbers = buffer.boot_numbers()
    assert numbers["boot-0"] == 7
    assert numbers["boot-1"] == 1
    assert len(set(numbers.values())) == 4


def test_a_salvaged_stream_is_no_ones_parent_and_leaves_a_sound_buffer(buffer):
    own = buffer.new_stream()
    buffer.take_past(PAST, [], [], below=100)
    buffer.take_rows(PAST, OLD, [row(1)], upto=1)
    assert buffer.new_stream().parent == own.token
    buffer.close()
    buffer.open(examine=True)


def test_the_server_is_asked_again_how_far_it_is(buffer):
    buffer.reconcile([], "epoch", resend_anchors=False)
    buffer.ask_again()
    assert buffer.epoch() is None
