"""A self-test ends by itself when nobody leads it any more."""

import threading

import pytest

from hardware.layouts import load_layout
from hardware.simulated import SimulatedPanel
from kiosk.self_test import LEADER_GONE_MS, LONGEST_MS, SelfTest


class Bench:
    def __init__(self, clock, *, alone=False):
        self.clock = clock
        self.ended = threading.Event()
        self.panel = SimulatedPanel(load_layout("two"), clock.elapsed_ms)
        self.panel.rest("ready")
        self.test = SelfTest(self.panel, clock, self.ended.set, alone=alone)
        self.test.start()


@pytest.fixture
def bench(clock):
    bench = Bench(clock)
    yield bench
    bench.test.end()
    bench.panel.close()


def test_without_a_leader_it_ends_and_the_lamps_rest(bench):
    bench.clock.forward(LEADER_GONE_MS)
    assert bench.ended.wait(5)
    assert bench.panel.lights() == {"happy": "ready", "unhappy": "ready"}
    assert bench.test.look()["over"]


def test_who_asks_keeps_it_alive_and_not_for_ever(bench):
    for _ in range(LONGEST_MS // 30_000 - 1):
        bench.clock.forward(30_000)
        bench.test.look()
    assert not bench.ended.wait(0.6)
    bench.clock.forward(30_000)
    bench.test.look()
    assert bench.ended.wait(5)


def test_a_button_that_is_not_pressed_can_be_skipped(bench):
    assert bench.test.skip()["asked"] == "unhappy"
    bench.test.press("unhappy")
    assert bench.test.look()["pressed"] == ["unhappy"]
    assert bench.test.skip()["asked"] is None
    bench.test.press("happy")
    assert bench.test.look()["pressed"] == ["unhappy"]


@pytest.fixture
def lonely(clock):
    bench = Bench(clock, alone=True)
    yield bench
    bench.test.end()
    bench.panel.close()


def test_one_that_nobody_leads_is_over_after_the_last_button(lonely):
    lonely.test.press("happy")
    lonely.clock.forward(LEADER_GONE_MS - 1)
    lonely.test.press("unhappy")
    assert lonely.ended.wait(5)
    assert lonely.panel.lights() == {"happy": "ready", "unhappy": "ready"}


def test_one_that_nobody_leads_or_presses_ends_after_a_minute(lonely):
    lonely.test.press("happy")
    lonely.clock.forward(LEADER_GONE_MS)
    assert lonely.ended.wait(5)
