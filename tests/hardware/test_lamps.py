"""Lights begin, end and rest; closed lamps stay dark."""

import pytest

from hardware.lamps import Lamps


class Bench:
    def __init__(self):
        self.ms = 0
        self.lit = {}
        self.lamps = Lamps(["happy", "unhappy"], self.lit.__setitem__, lambda: self.ms)


@pytest.fixture
def bench():
    return Bench()


def test_a_light_burns_at_its_button_and_the_resting_one_returns(bench):
    bench.lamps.rest("ready")
    bench.lamps.show("happy", "thanks")
    assert bench.lit == {"happy": True, "unhappy": False}
    bench.ms = 2_000
    bench.lamps.refresh()
    assert bench.lamps.shown() == {"happy": "ready", "unhappy": "ready"}


def test_a_new_resting_light_does_not_cut_a_thank_you_short(bench):
    bench.lamps.show("happy", "thanks")
    bench.lamps.rest("setup")
    assert bench.lamps.shown() == {"happy": "thanks", "unhappy": "setup"}


def test_a_stuck_button_shows_it_until_it_is_released(bench):
    bench.lamps.rest("ready")
    bench.lamps.show("happy", "stuck")
    bench.ms = 60_000
    bench.lamps.refresh()
    assert bench.lamps.shown()["happy"] == "stuck"
    bench.lamps.release("happy")
    assert bench.lamps.shown()["happy"] == "ready"


def test_a_light_for_a_button_that_is_not_here_is_nobodys(bench):
    bench.lamps.show("neutral", "thanks")
    assert "neutral" not in bench.lit


def test_closed_lamps_are_dark_and_a_late_thank_you_does_not_light_them(bench):
    bench.lamps.show("happy", "thanks")
    bench.lamps.close()
    assert bench.lit == {"happy": False, "unhappy": False}
    bench.lamps.show("happy", "thanks")
    bench.lamps.refresh()
    bench.lamps.rest("ready")
    assert bench.lit == {"happy": False, "unhappy": False}
