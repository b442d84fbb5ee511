"""Only what was sent is confirmed, and a reconcile only lowers."""

import random

import pytest

from kiosk.buffer import progress
from wire.messages import Anchor


@pytest.fixture
def backlog(buffer, reaction, batch_of):
    """A stream of ten presses of which the server has confirmed four in two batches."""
    stream = buffer.new_stream()
    buffer.append(stream, 1, [reaction(at) for at in range(1, 11)])
    for _ in range(2):
        buffer.acknowledge(batch_of(buffer, stream, limit=2), None)
    return stream


def on_card(buffer):
    return [row[0] for row in buffer._conn.execute("SELECT acknowledged FROM streams ORDER BY number")]


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


def test_while_a_backlog_goes_out_confirmations_cost_the_card_nothing_and_all_who_ask_hear_of_them(buffer, backlog, batch_of):
    assert on_card(buffer) == [0]
    assert buffer.counts() == (10, 0, 6, 4)
    assert buffer.oldest_waiting().elapsed_ms == 5
    batch = batch_of(buffer, backlog, limit=3)
    assert (batch.first_seq, batch.last, batch.left, batch.lost) == (5, 7, 3, [])
    assert buffer.acknowledge(batch, None) == 3
    assert on_card(buffer) == [0]
    assert buffer.acknowledge(batch_of(buffer, backlog), None) == 0
    assert on_card(buffer) == [10]
    assert buffer.counts() == (10, 0, 0, 10)


def test_a_power_cut_has_confirmed_presses_sent_again_and_no_others_left_out(buffer, backlog, batch_of):
    buffer.cut_power()
    buffer.open()
    batch = batch_of(buffer, backlog)
    assert (batch.first_seq, batch.last, batch.lost) == (1, 10, [])


@pytest.mark.parametrize("change", ["fold", "alive", "anchor", "another", "refused", "stream"])
def test_what_is_written_anyway_takes_the_confirmations_along(buffer, backlog, reaction, batch_of, change):
    if change == "another":
        running = buffer.new_stream()
        buffer.acknowledge(batch_of(buffer, backlog, limit=2), None)
        buffer.append(running, 1, [reaction(11), reaction(12)])
        assert buffer.acknowledge(batch_of(buffer, running, limit=1), None) == 5
        assert on_card(buffer) == [6, 1]
        return
    batch = batch_of(buffer, backlog, limit=1)
    changes = {
        "fold": buffer.fold,
        "alive": lambda: buffer.alive(1, 5),
        "anchor": lambda: buffer.acknowledge(batch, Anchor(1, 1_000, 5_000, 40)),
        "refused": lambda: buffer.add_refused(1),
        "stream": buffer.new_stream,
    }
    changes[change]()
    assert on_card(buffer)[0] == (5 if change == "anchor" else 4)
    assert batch_of(buffer, backlog).first_seq == on_card(buffer)[0] + 1


def test_confirmations_that_the_card_does_not_know_yet_are_taken_back_too(buffer, backlog, batch_of):
    assert buffer.unacknowledge(backlog.token, 3)
    assert batch_of(buffer, backlog).first_seq == 4
    buffer.acknowledge(batch_of(buffer, backlog, limit=2), None)
    buffer.reconcile([(backlog.token, 1, 0)], "two", resend_anchors=True)
    assert batch_of(buffer, backlog).first_seq == 2
    assert buffer.counts().acknowledged == 1


def test_no_more_than_so_many_confirmations_are_kept_from_the_card(buffer, backlog, batch_of, monkeypatch):
    monkeypatch.setattr(progress, "MOST_TRAILING", 4)
    buffer.acknowledge(batch_of(buffer, backlog, limit=2), None)
    assert on_card(buffer) == [6]


class Life:
    """Presses, batches, lost answers, restored servers, power cuts in any order; `has` says how far the server has a stream."""

    def __init__(self, buffer, reaction, batch_of, chance):
        self.buffer, self.reaction, self.batch_of, self.chance = buffer, reaction, batch_of, chance
        self.running = buffer.new_stream()
        self.pressed, self.has = {}, {}

    def press(self):
        token, first = self.running.token, self.pressed.get(self.running.token, 0) + 1
        self.pressed[token] = first + self.chance.randrange(8)
        self.buffer.append(self.running, first, [self.reaction(at) for at in range(first, self.pressed[token] + 1)])

    def send(self):
        batch = self.batch_of(self.buffer, self.running, self.chance.choice([1, 2, 3, 5, 50]))
        high = self.has.get(batch.stream.token, 0)
        assert batch.first_seq <= high + 1
        if self.chance.random() < 0.9:
            self.has[batch.stream.token] = max(high, batch.last)
            if self.chance.random() < 0.9:
                anchor = self.chance.choice([None, None, Anchor(1, self.chance.randrange(10**7), 5, 40)])
                assert self.buffer.acknowledge(batch, anchor) == self.buffer.counts().waiting

    def restore_the_server(self):
        self.has = {token: self.chance.randrange(high + 1) for token, high in self.has.items()}
        if self.chance.random() < 0.5:
            self.buffer.reconcile([(token, high, 0) for token, high in self.has.items()], "epoch", resend_anchors=True)
        else:
            for token, high in self.has.items():
                self.buffer.unacknowledge(token, high)

    def lose_power(self):
        self.buffer.cut_power()
        self.buffer.open()

    def tidy(self):
        self.chance.choice([self.buffer.fold, lambda: self.buffer.alive(1, 9)])()

    def begin_anew(self):
        self.running = self.buffer.new_stream()

    def go_on(self):
        acts = {self.press: 20, self.send: 60, self.restore_the_server: 3, self.lose_power: 4, self.tidy: 5, self.begin_anew: 3}
        self.chance.choices(list(acts), list(acts.values()))[0]()
        card = self.buffer._conn.execute("SELECT token, acknowledged, high FROM streams").fetchall()
        assert all(confirmed <= min(high, self.has.get(token, 0)) for token, confirmed, high in card)


def test_whatever_happens_meanwhile_nothing_is_confirmed_that_the_server_has_not(buffer, reaction, batch_of):
    seed = random.SystemRandom().randrange(10**6)
    life = Life(buffer, reaction, batch_of, random.Random(seed))
    try:
        for _ in range(250):
            life.go_on()
        while buffer.counts().waiting:
            life.send()
        assert {token: high for token, high in life.has.items() if high} == life.pressed
    except AssertionError as error:
        raise AssertionError(f"with seed {seed}") from error
