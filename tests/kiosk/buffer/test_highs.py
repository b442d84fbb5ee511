"""A stream's high mark may trail its last press, and nobody who asks can tell."""

import sqlite3

import pytest

from kiosk.buffer.check import Damaged
from kiosk.buffer.whole import Buffer


def marks(buffer):
    return [row[0] for row in buffer._conn.execute("SELECT high FROM streams ORDER BY number")]


def spoil(folder, *statements):
    """Change a buffer that nobody has open."""
    with sqlite3.connect(folder / "buffer.db") as conn:
        for statement in statements:
            conn.execute(statement)
    conn.close()


def test_presses_write_no_mark_and_all_who_ask_hear_of_them(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1)])
    buffer.append(stream, 2, [reaction(2)])
    assert marks(buffer) == [0]
    assert buffer.counts() == (2, 0, 2, 0)
    assert buffer.stream_tokens() == [stream.token]
    batch = batch_of(buffer, stream)
    assert (batch.first_seq, batch.last, batch.totals.thanked) == (1, 2, 2)


def test_a_confirmation_raises_the_mark_to_presses_that_came_meanwhile(buffer, reaction, batch_of):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1)])
    batch = batch_of(buffer, stream)
    buffer.append(stream, 2, [reaction(2)])
    assert buffer.acknowledge(batch, None) == 1
    assert marks(buffer) == [2]
    buffer.append(stream, 3, [reaction(3)])
    assert buffer.counts() == (3, 0, 2, 1)


def test_the_running_stream_goes_first_and_an_older_one_where_the_oldest_is_asked_for(buffer, reaction, batch_of):
    older = buffer.new_stream()
    buffer.append(older, 1, [reaction(1)])
    running = buffer.new_stream()
    assert marks(buffer) == [1, 0]
    buffer.append(running, 1, [reaction(2)])
    assert batch_of(buffer, running).stream == running
    assert batch_of(buffer, running._replace(number=-1)).stream == older
    buffer.acknowledge(batch_of(buffer, older), None)
    assert batch_of(buffer, running._replace(number=-1)).stream == running


@pytest.mark.parametrize("end", ["fold", "close", "alive", "refused"])
def test_what_is_written_anyway_raises_the_mark(buffer, reaction, end):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1)])
    if end == "close":
        buffer.close()
        buffer.open()
    else:
        {"fold": buffer.fold, "alive": lambda: buffer.alive(1, 9), "refused": lambda: buffer.add_refused(1)}[end]()
    assert marks(buffer) == [1]


def test_a_start_after_a_power_cut_raises_it(buffer, reaction, tmp_path):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1), reaction(2)])
    buffer.cut_power()
    again = Buffer(tmp_path)
    assert marks(again) == [2]
    assert again.counts() == (2, 0, 2, 0)
    again.close()
    buffer.open()


def test_a_seq_that_a_reopened_file_has_is_not_stored_twice(buffer, reaction):
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(1)])
    buffer.reopen()
    buffer.append(stream, 1, [reaction(1), reaction(2)])
    assert buffer.counts().thanked == 2


def test_only_the_newest_stream_may_go_above_its_mark(buffer, reaction, tmp_path):
    older, newer = buffer.new_stream(), None
    buffer.append(older, 1, [reaction(1), reaction(2)])
    newer = buffer.new_stream()
    buffer.append(newer, 1, [reaction(3), reaction(4)])
    buffer.close()
    spoil(tmp_path, "UPDATE streams SET high = 1 WHERE number = 2")
    buffer.open(examine=True)
    assert marks(buffer) == [2, 2]
    buffer.close()
    spoil(tmp_path, "UPDATE streams SET high = 1 WHERE number = 1")
    with pytest.raises(Damaged, match="a press above its stream") as raised:
        Buffer(tmp_path)
    raised.value.let_go()
    spoil(tmp_path, "UPDATE streams SET high = 2")
    buffer.open()
