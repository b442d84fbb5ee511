"""Pins are let go of and lamps darkened however it ends, and the thread behind real pins is watched."""

import subprocess
import sys
import textwrap

import pytest
from gpiozero.pins.mock import MockFactory

from hardware.gpio import GpioPanel, notify_thread
from hardware.layouts import load_layout

CRASH = """
import atexit, signal, sys
from gpiozero.pins.mock import MockFactory
pins = MockFactory()
layout_pins = (12, 13)
atexit.register(lambda: print([pins.pin(pin).state for pin in layout_pins]))
from hardware.gpio import GpioPanel
from hardware.layouts import load_layout
panel = GpioPanel(load_layout("two"), pins, lambda: 0)
panel.show("happy", "thanks")
assert pins.pin(12).state
raise RuntimeError("something nobody foresaw")
"""


def test_a_program_that_dies_of_an_error_leaves_its_lamps_dark():
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(CRASH)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "something nobody foresaw" in done.stderr
    assert done.stdout.strip() == "[False, False]"


def test_a_panel_that_can_not_be_opened_whole_keeps_no_pin():
    pins = MockFactory()
    taken = GpioPanel(load_layout("two"), pins, lambda: 0)
    with pytest.raises(Exception, match="GPIO12"):
        GpioPanel(load_layout("three"), pins, lambda: 0)
    taken.close()
    whole = GpioPanel(load_layout("three"), pins, lambda: 0)
    whole.close()
    whole.close()


def test_the_panel_is_dead_when_the_thread_behind_the_pins_is():
    class Thread:
        alive = True

        def is_alive(self):
            return self.alive

    thread = Thread()
    panel = GpioPanel(load_layout("two"), MockFactory(), lambda: 0, thread=lambda: thread)
    assert not panel.is_dead()
    thread.alive = False
    assert panel.is_dead()
    panel.close()


def test_the_thread_is_lgpios_own_and_without_lgpio_there_is_none(monkeypatch):
    monkeypatch.delitem(sys.modules, "lgpio", raising=False)
    assert notify_thread() is None

    class Library:
        _notify_thread = "the one"

    monkeypatch.setitem(sys.modules, "lgpio", Library)
    assert notify_thread() == "the one"
