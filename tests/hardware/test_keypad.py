"""A keypad as the kernel shows it: repeats, torn frames, a cable that is pulled, and other devices that are not ours."""

import errno
import importlib
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from hardware.keypad import EV_KEY, EV_SYN, SYN_DROPPED, SYN_REPORT, KeypadPanel
from hardware.layouts import WrongWiring, load_layout

KEY_1, KEY_2, KEY_A, BTN_TRIGGER, BTN_THUMB = 2, 3, 30, 288, 289
CODES = {"KEY_1": KEY_1, "KEY_2": KEY_2, "KEY_KP1": 79, "KEY_KP2": 80, "KEY_LEFTCTRL": 29, "KEY_LEFTALT": 56}
CODES |= {"BTN_TRIGGER": BTN_TRIGGER, "BTN_THUMB": BTN_THUMB, "BTN_SOUTH": 304, "BTN_EAST": 305}


class Event(NamedTuple):
    sec: int
    usec: int
    type: int
    code: int
    value: int


class Info(NamedTuple):
    bustype: int
    vendor: int
    product: int
    version: int


class FakeDevice:
    """As python-evdev's InputDevice: a file descriptor to wait on, reads that do not block, OSErrors of a device that went."""

    def __init__(self, path, name="Sayo Keypad", vendor=0x16C0, product=0x27DB, keys=(KEY_1, KEY_2)):
        self.path = path
        self.name = name
        self.info = Info(3, vendor, product, 1)
        self.keys = list(keys)
        self.fd, self._bell = os.pipe2(os.O_NONBLOCK)
        self.waiting = []
        self.held = set()
        self.grabbed = False
        self.held_by_another = False
        self.gone = False
        self.closed = False

    def capabilities(self):
        return {EV_SYN: [0, 1], EV_KEY: self.keys}

    def grab(self):
        if self.held_by_another:
            raise OSError(errno.EBUSY, "busy")
        self.grabbed = True

    def read(self):
        self._there()
        if not self.waiting:
            raise BlockingIOError(errno.EAGAIN, "nothing")
        os.read(self.fd, 4096)
        events, self.waiting = self.waiting, []
        yield from events

    def active_keys(self):
        self._there()
        return sorted(self.held)

    def close(self):
        if not self.closed:
            self.closed = True
            os.close(self.fd)
            self.fd = -1

    def _there(self):
        if self.gone:
            raise OSError(errno.ENODEV, "no such device")

    # ---------- the hand ----------

    def say(self, *events):
        self.waiting += [*events, Event(events[-1].sec, events[-1].usec, EV_SYN, SYN_REPORT, 0)]
        os.write(self._bell, b".")

    def key(self, code, value, at_ms=0):
        (self.held.add if value else self.held.discard)(code)
        self.say(Event(at_ms // 1000, at_ms % 1000 * 1000, EV_KEY, code, value))

    def pull(self):
        self.gone = True
        os.write(self._bell, b".")


class FakeInputs:
    def __init__(self, *devices):
        self.devices = list(devices)
        self.counting = []
        self.links = {}

    def paths(self):
        return [device.path for device in self.devices]

    def open(self, path):
        device = next(device for device in self.devices if device.path == path)
        if device.gone:
            raise OSError(errno.ENODEV, "gone")
        return device

    def same(self, path, name):
        return self.links.get(name) == path

    def code(self, key):
        return CODES.get(key)

    def count_like_us(self, device):
        self.counting.append(device)


class Beat:
    ms = 5_000_000

    def __call__(self):
        return self.ms


def until(condition, within_s=8):
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def edges(panel, count):
    return [tuple(panel.edges.get(timeout=5)) for _ in range(count)]


@pytest.fixture
def open_panel():
    opened = []

    def open_panel(*devices, match="Sayo Keypad", inputs=None):
        opened.append(KeypadPanel(load_layout("two"), match, inputs or FakeInputs(*devices), Beat()))
        return opened[-1]

    yield open_panel
    for panel in opened:
        panel.close()


def test_a_key_is_a_button_with_the_kernels_own_time_and_its_repeats_are_nothing(open_panel):
    pad = FakeDevice("/dev/input/event3")
    panel = open_panel(pad)
    pad.key(KEY_1, 1, at_ms=4_999_100)
    for at_ms in range(4_999_350, 4_999_600, 33):
        pad.key(KEY_1, 2, at_ms=at_ms)
    pad.key(KEY_1, 0, at_ms=4_999_700)
    assert edges(panel, 2) == [(4_999_100, "happy", True), (4_999_700, "happy", False)]
    assert panel.edges.empty()
    assert pad.grabbed
    assert panel.faults() == []


def test_four_keys_in_one_frame_all_arrive(open_panel):
    pad = FakeDevice("/dev/input/event3")
    panel = open_panel(pad)
    moment = (4_999, 0)
    pad.say(Event(*moment, EV_KEY, KEY_2, 1), Event(*moment, EV_KEY, KEY_1, 1), Event(*moment, EV_KEY, KEY_A, 1))
    assert {edge[1:] for edge in edges(panel, 2)} == {("happy", True), ("unhappy", True)}
    assert panel.edges.empty()


def test_a_joystick_encoder_is_a_panel_too(open_panel):
    stick = FakeDevice("/dev/input/event0", "DragonRise Generic USB Joystick", 0x0079, 0x0006, (BTN_TRIGGER, BTN_THUMB))
    panel = open_panel(stick, match="0079:0006")
    stick.key(BTN_THUMB, 1, at_ms=4_999_000)
    assert edges(panel, 1) == [(4_999_000, "unhappy", True)]


def test_stamps_of_another_clock_are_not_believed(open_panel):
    pad = FakeDevice("/dev/input/event3")
    panel = open_panel(pad)
    pad.key(KEY_1, 1, at_ms=1_790_000_000_000)
    assert edges(panel, 1) == [(Beat.ms, "happy", True)]


def test_after_a_torn_frame_the_keys_are_read_afresh(open_panel):
    pad = FakeDevice("/dev/input/event3")
    panel = open_panel(pad)
    pad.held = {KEY_2}
    pad.say(
        Event(4_999, 0, EV_SYN, SYN_DROPPED, 0),
        Event(4_999, 0, EV_KEY, KEY_1, 1),
        Event(4_999, 0, EV_SYN, SYN_REPORT, 0),
        Event(4_999, 500_000, EV_KEY, KEY_1, 1),
    )
    assert edges(panel, 2) == [(Beat.ms, "unhappy", True), (4_999_500, "happy", True)]


def test_levels_come_from_the_device_itself(open_panel):
    pad = FakeDevice("/dev/input/event3")
    panel = open_panel(pad)
    pad.held = {KEY_2}
    assert panel.levels() == {"happy": False, "unhappy": True}
    assert edges(panel, 1) == [(Beat.ms, "unhappy", True)]


def test_pulled_out_it_is_a_fault_and_put_back_it_counts_again(open_panel):
    pad = FakeDevice("/dev/input/event3")
    inputs = FakeInputs(pad)
    panel = open_panel(inputs=inputs)
    pad.key(KEY_1, 1, at_ms=4_999_000)
    assert edges(panel, 1)
    pad.pull()
    # The finger's end is not lost: a button of a device that is away is not down.
    assert edges(panel, 1) == [(Beat.ms, "happy", False)]
    until(lambda: panel.faults() == ["input-unplugged"])
    assert pad.closed
    assert panel.levels() == {"happy": False, "unhappy": False}
    assert not panel.is_dead()
    again = FakeDevice("/dev/input/event7")
    inputs.devices = [again]
    until(lambda: panel.faults() == [])
    again.key(KEY_2, 1, at_ms=4_999_000)
    assert edges(panel, 1) == [(4_999_000, "unhappy", True)]
    assert inputs.counting == [pad, again]


def test_pulled_out_while_levels_are_read_it_is_the_same_fault(open_panel):
    pad = FakeDevice("/dev/input/event3")
    panel = open_panel(pad)
    pad.gone = True
    assert panel.levels() == {"happy": False, "unhappy": False}
    assert panel.faults() == ["input-unplugged"]
    time.sleep(0.3)
    assert not panel.is_dead()


def test_where_none_is_there_at_the_start_the_panel_waits_for_it(open_panel):
    panel = open_panel()
    assert panel.faults() == ["input-unplugged"]
    assert panel.levels() == {"happy": False, "unhappy": False}


def test_one_that_another_program_holds_is_told_apart(open_panel):
    pad = FakeDevice("/dev/input/event3")
    pad.held_by_another = True
    assert open_panel(pad).faults() == ["input-busy"]


def test_only_the_named_device_is_taken(open_panel):
    other = FakeDevice("/dev/input/event1", "Office Keyboard", 0x046D, 0xC31C)
    wheel = FakeDevice("/dev/input/event2", keys=(KEY_A,))
    pad = FakeDevice("/dev/input/event3")
    inputs = FakeInputs(other, wheel, pad)
    inputs.links["/dev/input/by-id/usb-Sayo-event-kbd"] = "/dev/input/event3"
    open_panel(match="/dev/input/by-id/usb-Sayo-event-kbd", inputs=inputs)
    assert [device.grabbed for device in (other, wheel, pad)] == [False, False, True]


def test_a_key_held_at_the_start_is_a_level_and_no_edge(open_panel):
    pad = FakeDevice("/dev/input/event3")
    pad.held = {KEY_1}
    panel = open_panel(pad)
    assert panel.levels()["happy"]
    assert panel.edges.empty()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_reader_that_fails_in_an_unforeseen_way_is_dead(open_panel):
    pad = FakeDevice("/dev/input/event3")
    panel = open_panel(pad)
    pad.read = lambda: 1 / 0
    pad.key(KEY_1, 1)
    until(panel.is_dead)


def test_its_lights_are_remembered_for_the_screen(open_panel):
    panel = open_panel(FakeDevice("/dev/input/event3"))
    panel.rest("ready")
    panel.show("happy", "thanks")
    assert panel.lights() == {"happy": "thanks", "unhappy": "ready"}


def test_a_key_that_does_not_exist_is_named():
    layout = load_layout("three")
    with pytest.raises(WrongWiring, match="no key KEY_3 for unhappy"):
        KeypadPanel(layout, "x", FakeInputs(), Beat())


# ---------- the real library, where it is ----------


def real_evdev():
    # It comes from the system's packages, which this environment may not see.
    for folder in ("", "/usr/lib/python3/dist-packages"):
        if folder and Path(folder, "evdev").exists():
            sys.path.append(folder)
        try:
            return importlib.import_module("evdev")
        except ImportError:
            continue
        finally:
            if folder in sys.path[1:]:
                sys.path.remove(folder)
    return None


@pytest.fixture
def evdev():
    found = real_evdev()
    if found is None:
        pytest.skip("python3-evdev is not installed")
    return found


def test_the_real_library_knows_every_key_of_our_layouts_and_has_what_we_call(evdev):
    from hardware.events import EventDevices
    from hardware.layouts import layout_names

    inputs = EventDevices()
    for name in layout_names():
        for button, keys in load_layout(name).keys.items():
            assert [key for key in keys if inputs.code(key) is None] == [], button
    assert [inputs.code(key) for key in CODES] == list(CODES.values())
    for method in ("grab", "read", "active_keys", "capabilities", "close"):
        assert callable(getattr(evdev.InputDevice, method))
    codes = evdev.ecodes
    assert (codes.EV_SYN, codes.EV_KEY, codes.SYN_REPORT, codes.SYN_DROPPED) == (EV_SYN, EV_KEY, SYN_REPORT, SYN_DROPPED)


def test_a_real_virtual_keypad_is_found_and_read(evdev, open_panel):
    if not os.access("/dev/uinput", os.W_OK):
        pytest.skip("this kernel has no uinput")
    from hardware.events import EventDevices

    keys = {EV_KEY: [KEY_1, KEY_2]}
    with evdev.UInput(keys, name="Salve test keypad", vendor=0x1209, product=0x5A17) as pad:
        panel = open_panel(match="1209:5a17", inputs=EventDevices())
        until(lambda: panel.faults() == [])
        pad.write(EV_KEY, KEY_1, 1)
        pad.syn()
        assert edges(panel, 1)[0][1:] == ("happy", True)
    until(lambda: panel.faults() == ["input-unplugged"])
