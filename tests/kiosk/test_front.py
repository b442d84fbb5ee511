"""Panel and listener change together; during a self-test presses go to the test and to nobody else."""

import time

import pytest

from hardware.layouts import load_layout
from hardware.simulated import SimulatedPanel
from kiosk.errors import KioskError
from kiosk.front import Front
from kiosk.press import Outcome


def until(condition, within_s=5):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class SystemTime:
    @staticmethod
    def elapsed_ms():
        return time.monotonic_ns() // 1_000_000


class Bench:
    def __init__(self):
        self.presses = []
        self.opened = []
        self.broken = set()
        self.front = Front(self.make, SystemTime(), self.presses.append)

    def make(self, layout):
        panel = SimulatedPanel(load_layout(layout), SystemTime.elapsed_ms)
        self.opened.append(panel)
        if layout in self.broken:
            panel.levels = lambda: 1 / 0
        return panel

    def press(self, button):
        self.front.panel.push(button)
        time.sleep(0.06)
        self.front.panel.let_go(button)
        time.sleep(0.06)


@pytest.fixture
def bench():
    bench = Bench()
    bench.front.open("two")
    bench.front.listen()
    yield bench
    bench.front.close()


def test_a_press_is_taken_and_its_light_shown_before_anybody_is_told(bench):
    place = bench.front.expected.expect("happy")
    bench.press("happy")
    until(lambda: [press.button for press in bench.presses] == ["happy"])
    bench.front.tell(Outcome("happy", 0, "thanks", "s", 1))
    assert bench.front.panel.lights()["happy"] == "thanks"
    assert place.get_nowait().seq == 1


def test_a_panel_whose_levels_can_not_be_read_is_let_go_of(bench):
    bench.front.close()
    bench.broken.add("three")
    with pytest.raises(ZeroDivisionError):
        bench.front.open("three")
    assert not bench.front.has("three")
    assert set(bench.opened[-1].lamps().values()) == {False}


def test_closed_it_takes_nothing_and_burns_nothing(bench):
    bench.front.panel.show("happy", "thanks")
    bench.front.close()
    bench.press("happy")
    assert bench.presses == []
    assert set(bench.opened[-1].lamps().values()) == {False}


def test_it_waits_for_fingers_and_not_for_ever(bench):
    bench.front.wait_until_let_go()
    bench.front.panel.push("happy")
    until(bench.front.listener.held_down)
    began = time.monotonic()
    bench.front.panel.let_go("happy")
    bench.front.wait_until_let_go()
    assert time.monotonic() - began < 2


def test_in_a_self_test_no_press_is_taken_and_each_button_is_asked_for_in_turn(bench):
    state = bench.front.begin_self_test()
    assert (state["asked"], state["buttons"]) == ("happy", ["happy", "unhappy"])
    assert bench.front.panel.lights() == {"happy": "test", "unhappy": "off"}
    place = bench.front.expected.expect("unhappy")
    bench.press("unhappy")
    assert place.get(timeout=5).light is None
    bench.press("happy")
    until(lambda: bench.front.self_test().look()["asked"] == "unhappy")
    assert bench.front.self_test().look()["others"] == {"happy": ["unhappy"]}
    assert bench.front.panel.lights() == {"happy": "off", "unhappy": "test"}
    bench.front.touch("unhappy")
    assert bench.front.self_test().look()["asked"] is None
    assert bench.presses == []
    bench.front.self_test().end()
    assert not bench.front.is_in_self_test()
    bench.press("happy")
    until(lambda: len(bench.presses) == 1)


def test_two_self_tests_do_not_run_at_once(bench):
    bench.front.begin_self_test()
    with pytest.raises(KioskError, match="runs already"):
        bench.front.begin_self_test()


def test_another_layout_ends_the_self_test(bench):
    bench.front.begin_self_test()
    bench.front.close()
    with pytest.raises(KioskError, match="No self-test runs"):
        bench.front.self_test()


def test_the_service_button_begins_a_self_test_and_ends_the_one_that_runs(bench):
    bench.front._serve()
    assert bench.front.is_in_self_test()
    bench.front.touch("happy")
    assert bench.presses == []
    bench.front._serve()
    assert not bench.front.is_in_self_test()
    bench.front.touch("happy")
    assert [press.button for press in bench.presses] == ["happy"]
