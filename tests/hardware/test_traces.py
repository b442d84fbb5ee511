"""What contacts, callbacks and kernels were measured to do, played through panel and listener: each counts what a hand did."""

import random

import pytest

from hardware.debounce import Debouncer
from hardware.layouts import load_layout
from hardware.simulated import SimulatedPanel
from kiosk.listener import REREAD_MS, STUCK_MS, InputDead, Listener
from kiosk.misuse import Judge
from wire.messages import Rules

KERNEL_FIFO = 16


class Beat:
    ms = 1_000_000

    def elapsed_ms(self):
        return self.ms


class Bench:
    """A two-row box on mock pins and a clock that stands still until it is told."""

    def __init__(self):
        self.clock = Beat()
        self.presses = []
        self.panel = SimulatedPanel(load_layout("two-row"), self.clock.elapsed_ms)
        self.panel.rest("ready")
        self.listener = Listener(self.panel, self.clock, self.presses.append)

    def begin(self):
        self.listener.begin()
        self.wait(1_000)
        return self

    def wait(self, ms, step=5):
        """Let time go by as the listener's loop sees it."""
        for _ in range(0, ms, step):
            self.clock.ms += step
            self.listener.beat(0)

    def level(self, button, down, after_ms=0):
        """A raw edge, with no turn of the loop before it."""
        self.clock.ms += after_ms
        (self.panel.push if down else self.panel.let_go)(button)

    def press(self, button, held_ms):
        self.level(button, True)
        self.wait(held_ms)
        self.level(button, False)

    def chatter(self, button, down, bounces):
        self.level(button, down)
        for _ in range(bounces):
            self.level(button, not down, after_ms=1)
            self.level(button, down, after_ms=1)

    def marks(self):
        judge = Judge()
        return [
            judge.judge(press.at_ms, press.button, press.button.split("-")[0], seq, Rules()).mark
            for seq, press in enumerate(self.presses, 1)
        ]


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.panel.close()


def test_a_bounce_81_ms_into_a_press_is_no_second_press(bench):
    bench.begin()
    began_ms = bench.clock.ms
    bench.level("welcome-happy", True)
    bench.wait(80)
    bench.level("welcome-happy", False, after_ms=1)
    bench.level("welcome-happy", True, after_ms=4)
    bench.wait(200)
    bench.level("welcome-happy", False)
    bench.wait(200)
    assert [tuple(press) for press in bench.presses] == [(began_ms, "welcome-happy")]


def test_a_contact_that_opens_for_long_at_81_ms_is_two_closings_and_one_person(bench):
    bench.begin()
    bench.press("welcome-happy", 80)
    bench.wait(30)
    bench.press("welcome-happy", 120)
    bench.wait(200)
    assert bench.marks() == ["vote", "repeat"]


def test_three_presses_of_150_ms_are_three_presses(bench):
    bench.begin()
    for _ in range(3):
        bench.press("served-happy", 150)
        bench.wait(150)
    assert len(bench.presses) == 3
    assert bench.marks() == ["vote", "repeat", "repeat"]


def test_a_press_with_six_bounces_is_one_press_at_its_first_edge(bench):
    bench.begin()
    began_ms = bench.clock.ms
    bench.chatter("served-unhappy", True, 6)
    bench.wait(150)
    bench.chatter("served-unhappy", False, 6)
    bench.wait(150)
    assert [tuple(press) for press in bench.presses] == [(began_ms, "served-unhappy")]


def test_a_spike_of_10_ms_is_nothing_and_a_tap_of_30_ms_is_a_press(bench):
    bench.begin()
    bench.press("welcome-happy", 10)
    bench.wait(300)
    assert bench.presses == []
    bench.press("welcome-happy", 30)
    bench.wait(300)
    assert len(bench.presses) == 1


def test_a_button_held_at_the_start_is_no_press_then_a_fault_and_a_button_again_when_let_go(bench):
    bench.level("welcome-unhappy", True)
    while not bench.panel.edges.empty():
        bench.panel.edges.get_nowait()
    bench.begin()
    bench.wait(STUCK_MS, step=50)
    assert bench.listener.faults() == ["stuck:welcome-unhappy"]
    bench.level("welcome-unhappy", False)
    bench.wait(1_500)
    assert (bench.presses, bench.listener.faults()) == ([], [])
    bench.press("welcome-unhappy", 100)
    bench.wait(100)
    assert len(bench.presses) == 1


def test_an_exception_in_a_callback_costs_no_press_and_is_told(bench):
    bench.begin()
    moments = iter([RuntimeError("no clock")])

    def broken_once():
        for error in moments:
            raise error
        return bench.clock.ms

    bench.panel._now_ms = broken_once
    bench.press("welcome-happy", 400)
    bench.wait(100)
    assert [press.button for press in bench.presses] == ["welcome-happy"]
    assert bench.listener.faults() == ["input-failing"]


def test_a_dead_callback_thread_ends_the_listener_although_levels_still_read(bench):
    class Ended:
        @staticmethod
        def is_alive():
            return False

    bench.begin()
    bench.panel._thread = Ended
    assert bench.panel.levels()["welcome-happy"] is False
    with pytest.raises(InputDead):
        bench.wait(2 * REREAD_MS)


def test_what_is_delivered_two_seconds_late_is_counted_at_its_own_time(bench):
    bench.begin()
    began_ms = bench.clock.ms
    bench.level("welcome-happy", True)
    bench.level("served-happy", True, after_ms=100)
    bench.level("served-happy", False, after_ms=150)
    bench.level("welcome-happy", False, after_ms=50)
    bench.clock.ms = began_ms + 2_000
    bench.wait(100)
    assert [tuple(press) for press in bench.presses] == [(began_ms, "welcome-happy"), (began_ms + 100, "served-happy")]


def test_two_buttons_of_one_row_within_350_ms_are_two_presses_and_a_mash(bench):
    bench.begin()
    bench.press("welcome-happy", 100)
    bench.wait(200)
    bench.press("welcome-unhappy", 100)
    bench.wait(100)
    assert bench.marks() == ["vote", "mash"]


def test_two_buttons_of_two_rows_within_350_ms_are_two_votes(bench):
    bench.begin()
    bench.press("welcome-happy", 100)
    bench.wait(100)
    bench.press("served-unhappy", 100)
    bench.wait(100)
    assert bench.marks() == ["vote", "vote"]


@pytest.mark.parametrize("edges", [100, 101])
def test_when_the_kernel_dropped_all_edges_but_sixteen_the_levels_tell_how_it_ended(bench, edges):
    bench.begin()
    for number in range(edges):
        bench.level("served-happy", number % 2 == 0, after_ms=1)
    kept = [bench.panel.edges.get_nowait() for _ in range(KERNEL_FIFO)]
    while not bench.panel.edges.empty():
        bench.panel.edges.get_nowait()
    for edge in kept:
        bench.panel.edges.put(edge)
    bench.wait(REREAD_MS + 100)
    assert len(bench.presses) == edges % 2
    bench.level("served-happy", False)
    bench.wait(REREAD_MS + 100)
    assert len(bench.presses) == edges % 2


# ---------- at random ----------


def bouncing(chance, at_ms, level):
    """Edges of one change of the contact: 0 to 14 flips within 12 ms, an even number so that the level stays."""
    moments = sorted(chance.sample(range(1, 13), 2 * chance.randrange(0, 7))) if chance.random() < 0.9 else []
    return [(at_ms, level)] + [
        (at_ms + moment, not level if number % 2 == 0 else level) for number, moment in enumerate(moments)
    ]


def hand(chance):
    """Up to eight presses with bounces and, between them, interference shorter than 4 ms; edges and the truth."""
    now_ms, edges, truth = 100, [], []
    for _ in range(chance.randrange(1, 9)):
        now_ms += chance.randrange(60, 400)
        if chance.random() < 0.3:
            edges += [(now_ms, True), (now_ms + chance.randrange(1, 4), False)]
            now_ms += 40
        truth.append(now_ms)
        edges += bouncing(chance, now_ms, True)
        now_ms += chance.randrange(50, 700)
        edges += bouncing(chance, now_ms, False)
        now_ms += 12
    return edges, truth


def counted(edges):
    """The presses of a debouncer that is fed the edges, told the level every 250 ms and ticked when something is due."""
    debouncer = Debouncer()
    debouncer.begin(0, "happy", down=False)
    found, level, reread_ms = [], False, 0
    for at_ms, down in [*edges, (edges[-1][0] + 1_000, False)]:
        while (due_ms := debouncer.due_ms()) is not None and due_ms <= at_ms:
            found += debouncer.tick(due_ms)
        while reread_ms + REREAD_MS < at_ms:
            reread_ms += REREAD_MS
            if reread_ms > at_ms - REREAD_MS:
                found += debouncer.feed(reread_ms, "happy", level) if reread_ms >= edges[0][0] else []
        found += debouncer.feed(at_ms, "happy", down)
        level = down
    return [change.at_ms for change in found if change.down]


def test_of_three_thousand_bouncing_hands_none_is_counted_wrong():
    chance = random.Random(81)
    wrong = 0
    naive = 0
    presses = 0
    for _ in range(3_000):
        edges, truth = hand(chance)
        wrong += counted(edges) != truth
        naive += sum(down for _, down in edges)
        presses += len(truth)
    assert wrong == 0
    # Without a debouncer they would have been several times as many, so the traces are not tame.
    assert naive > 3 * presses
