"""Presses, boots and streams are stored in order, once."""


def test_boots_are_numbered_in_the_order_they_were_met(buffer):
    assert [buffer.boot_number(name, 1) for name in ("boot-1", "boot-2", "boot-1")] == [1, 2, 1]


def test_each_stream_names_the_one_before_it(buffer):
    first, second = buffer.new_stream(), buffer.new_stream()
    assert (first.parent, second.parent) == (None, first.token)
    assert len(first.token) == 32
    assert first.token != second.token


def test_appending_the_same_seqs_again_settles_an_unknown_commit_and_counts_once(buffer, reaction):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1)])
    buffer.append(stream, 1, [reaction(1), reaction(2)])
    assert buffer.counts().thanked == 2
