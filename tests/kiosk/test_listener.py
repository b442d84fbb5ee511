"""From contacts to presses: bounces, lost edges and stuck buttons."""

import pytest

from hardware.layouts import load_layout
from hardware.simulated import SimulatedPanel
from kiosk.listener import REREAD_MS, SERVICE_MS, STUCK_MS, Listener


class Bench:
    def __init__(self, clock):
        self.clock = clock
        self.presses = []
        self.panel = SimulatedPanel(load_layout("two"), clock.elapsed_ms)
        self.panel.rest("ready")
        self.served = 0
        self.listener = Listener(self.panel, clock, self.presses.append, self.serve)

    def serve(self):
        self.served += 1

    def begin(self):
        self.listener.begin()

    def run(self, ms, step=5):
        for _ in range(ms // step):
            self.clock.forward(step)
            self.listener.beat(0)


@pytest.fixture
def bench(clock):
    bench = Bench(clock)
    yield bench
    bench.panel.close()


def test_a_bouncing_press_is_one_press_at_its_first_edge(bench):
    bench.begin()
    bench.run(1_000)
    at_ms = bench.clock.elapsed_ms()
    for _ in range(4):
        bench.panel.push("happy")
        bench.clock.forward(2)
        bench.panel.let_go("happy")
        bench.clock.forward(1)
    bench.panel.push("happy")
    bench.run(100)
    bench.panel.let_go("happy")
    bench.run(100)
    assert [tuple(press) for press in bench.presses] == [(at_ms, "happy")]


def test_a_press_whose_edges_were_dropped_is_found_by_reading_again(bench):
    bench.begin()
    bench.run(1_000)
    bench.panel.push("unhappy")
    while not bench.panel.edges.empty():
        bench.panel.edges.get()
    bench.run(REREAD_MS + 50)
    assert [press.button for press in bench.presses] == ["unhappy"]


def test_a_button_that_was_down_at_the_start_is_no_press_and_is_soon_a_fault(bench):
    bench.panel.push("happy")
    while not bench.panel.edges.empty():
        bench.panel.edges.get()
    bench.begin()
    bench.run(STUCK_MS + 300, step=50)
    assert bench.presses == []
    assert bench.listener.faults() == ["stuck:happy"]
    assert bench.panel.lights()["happy"] == "stuck"


def test_a_stuck_button_counted_once_and_is_well_again_when_let_go(bench):
    bench.begin()
    bench.run(300)
    bench.panel.push("happy")
    bench.run(STUCK_MS + 300, step=50)
    assert len(bench.presses) == 1
    assert bench.listener.faults() == ["stuck:happy"]
    bench.panel.let_go("happy")
    bench.run(300)
    assert bench.listener.faults() == ["stuck:happy"]
    bench.run(1_000)
    assert bench.listener.faults() == []
    assert bench.panel.lights()["happy"] == "ready"


def test_a_stuck_contact_that_chatters_makes_no_presses_until_it_was_open_for_a_second(bench):
    bench.begin()
    bench.panel.push("happy")
    bench.run(STUCK_MS + 300, step=50)
    for _ in range(6):
        bench.panel.let_go("happy")
        bench.run(300)
        bench.panel.push("happy")
        bench.run(300)
    assert len(bench.presses) == 1
    bench.panel.let_go("happy")
    bench.run(1_200)
    bench.panel.push("happy")
    bench.run(100)
    assert len(bench.presses) == 2


def test_a_button_that_fell_silent_among_the_others_is_a_fault_until_it_is_pressed_again(bench):
    def press(button, times):
        for _ in range(times):
            bench.panel.push(button)
            bench.run(40, step=20)
            bench.panel.let_go(button)
            bench.run(40, step=20)

    bench.begin()
    for _ in range(10):
        press("happy", 2)
        press("unhappy", 1)
    press("happy", 59)
    assert bench.listener.faults() == []
    press("happy", 3)
    assert bench.listener.faults() == ["dead:unhappy"]
    press("unhappy", 1)
    assert bench.listener.faults() == []


def test_it_listens_in_its_own_thread_and_stops(bench):
    bench.listener.start()
    bench.listener.stop()
    assert not bench.listener._thread.is_alive()


def test_the_service_button_serves_once_when_it_was_held_and_is_no_press(bench):
    bench.begin()
    bench.panel.push_service(down=True)
    bench.run(SERVICE_MS - 500)
    assert bench.served == 0
    bench.run(1_000)
    assert bench.served == 1
    bench.run(20_000)
    assert bench.served == 1
    bench.panel.push_service(down=False)
    bench.run(1_000)
    bench.panel.push_service(down=True)
    bench.run(SERVICE_MS + 1_000)
    assert bench.served == 2
    assert (bench.presses, bench.listener.faults()) == ([], [])


def test_a_touch_of_the_service_button_does_nothing(bench):
    bench.begin()
    for _ in range(10):
        bench.panel.push_service(down=True)
        bench.run(SERVICE_MS - 1_000)
        bench.panel.push_service(down=False)
        bench.run(500)
    assert bench.served == 0
