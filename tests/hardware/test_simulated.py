"""The panel on mock pins: what a hand does arrives as edges, what the program shows arrives at the lamps."""

from dataclasses import replace

import pytest

from hardware.layouts import load_layout
from hardware.simulated import SimulatedPanel


class Beat:
    def __init__(self):
        self.ms = 1_000

    def __call__(self):
        return self.ms


@pytest.fixture
def beat():
    return Beat()


@pytest.fixture
def panel(beat):
    panel = SimulatedPanel(load_layout("two-row"), beat)
    yield panel
    panel.close()


def test_a_push_and_its_release_are_two_edges_with_their_times(panel, beat):
    panel.push("served-happy")
    beat.ms = 1_120
    panel.let_go("served-happy")
    assert [tuple(panel.edges.get_nowait()) for _ in range(2)] == [
        (1_000, "served-happy", True),
        (1_120, "served-happy", False),
    ]
    assert panel.edges.empty()


def test_levels_say_which_button_is_down(panel):
    panel.push("welcome-unhappy")
    assert [name for name, down in panel.levels().items() if down] == ["welcome-unhappy"]


def test_a_button_of_another_layout_is_an_error(panel):
    with pytest.raises(KeyError):
        panel.push("neutral")


def test_the_thank_you_burns_at_its_button_for_two_seconds_and_then_it_rests(panel, beat):
    panel.rest("ready")
    panel.show("welcome-happy", "thanks")
    assert [name for name, lit in panel.lamps().items() if lit] == ["welcome-happy"]
    assert panel.lights()["welcome-happy"] == "thanks"
    beat.ms += 1_999
    panel.refresh()
    assert panel.lamps()["welcome-happy"]
    beat.ms += 1
    panel.refresh()
    assert not panel.lamps()["welcome-happy"]
    assert panel.lights()["welcome-happy"] == "ready"


def test_a_callback_that_fails_is_noted_and_does_not_reach_the_pins(panel):
    def broken():
        raise RuntimeError("no clock")

    panel._now_ms = broken
    panel.push("welcome-happy")
    assert panel.faults() == ["input-failing"]


def test_closing_leaves_every_lamp_dark(beat):
    panel = SimulatedPanel(load_layout("two"), beat)
    panel.show("happy", "thanks")
    panel.close()
    assert panel.lamps() == {"happy": False, "unhappy": False}


def test_the_service_button_is_a_level_and_no_edge_and_the_status_lamp_keeps_its_beat(panel, beat):
    assert not panel.service_down()
    panel.push_service(down=True)
    assert panel.service_down()
    panel.push_service(down=False)
    assert not panel.service_down()
    assert panel.edges.empty()
    panel.status("stuck")
    burns = []
    for _ in range(100):
        panel.refresh()
        burns.append(panel.status_lamp())
        panel.status("stuck")
        beat.ms += 40
    assert (burns[0], any(burns), all(burns)) == (True, True, False)
    assert "" not in panel.lights()
    panel.close()


def test_a_box_without_these_parts_does_without(beat):
    panel = SimulatedPanel(replace(load_layout("two"), service_button=None, status_lamp=None), beat)
    assert not panel.service_down()
    panel.status("ready")
    panel.refresh()
    panel.close()
