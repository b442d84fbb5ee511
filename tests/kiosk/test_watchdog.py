"""systemd is told that the kiosk counts only while input, writer and the sync's guard each show a sign of life."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from waits import until

from kiosk import enrol
from kiosk.box import Signs
from kiosk.cable import Cable
from kiosk.program import Program
from kiosk.schedule import GUARD_MISSING_MS
from kiosk.settings import KioskSettings
from kiosk.upload import Uploader
from kiosk.watchdog import PROBE_EVERY_MS, SYNC_LOADS_MS, WRITER_MS, Watchdog, notify

BEAT_MS = 6_000


class Systemd:
    """The receiving end of sd_notify: a real datagram socket."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(20)

    def heard(self):
        """All that has come so far."""
        found = []
        self.socket.setblocking(False)
        try:
            while True:
                found.append(self.socket.recv(4096).decode())
        except BlockingIOError:
            return found
        finally:
            self.socket.settimeout(20)

    def next(self):
        return self.socket.recv(4096).decode()

    def environment(self, watchdog_s=30):
        return {"NOTIFY_SOCKET": self.address, "WATCHDOG_USEC": str(watchdog_s * 1_000_000)}


@pytest.fixture
def systemd(tmp_path):
    systemd = Systemd(str(tmp_path / "notify"))
    yield systemd
    systemd.socket.close()


class FakeBox:
    """Parts that live until a test says otherwise."""

    def __init__(self, clock):
        self.clock = clock
        self.input_ms = None
        self.guarded = True
        self.recorder = self
        self.answers = True

    def signs(self):
        return Signs(self.clock.elapsed_ms() if self.input_ms is None else self.input_ms, self.guarded)

    def ask(self, question, timeout_s):
        if not self.answers:
            raise TimeoutError
        return question(self)

    @property
    def buffer(self):
        return self

    def probe(self):
        pass

    def counts(self):
        return self

    waiting = 0


@pytest.fixture
def box(clock):
    return FakeBox(clock)


@pytest.fixture
def watchdog(clock, systemd, box):
    watchdog = Watchdog(clock, systemd.environment())
    watchdog.look(box)
    return watchdog


def looks(watchdog, clock, box, seconds):
    """What the main loop's next looks find missing, one a second."""
    found = []
    for _ in range(seconds):
        clock.forward(1_000)
        found.append(watchdog.look(box))
    return found


@pytest.mark.parametrize("abstract", [False, True])
def test_a_message_reaches_a_path_and_an_abstract_address(tmp_path, abstract):
    systemd = Systemd(f"@salve-test-{os.getpid()}" if abstract else str(tmp_path / "notify"))
    notify("READY=1", systemd.address)
    assert systemd.next() == "READY=1"
    systemd.socket.close()


def test_without_systemd_or_with_its_socket_gone_nothing_happens(clock, box, systemd):
    for environment in ({}, {"NOTIFY_SOCKET": systemd.address + "-gone"}):
        watchdog = Watchdog(clock, environment)
        watchdog.ready()
        assert looks(watchdog, clock, box, 3) == [[], [], []]
        watchdog.stopping()


def test_while_all_parts_live_it_is_fed_often_enough(watchdog, systemd, clock, box):
    assert systemd.heard() == ["STATUS=Counting; all is sent.", "WATCHDOG=1"]
    looks(watchdog, clock, box, 60)
    assert 8 <= systemd.heard().count("WATCHDOG=1") <= 13


def test_a_shorter_deadline_is_fed_more_often(systemd, clock, box):
    watchdog = Watchdog(clock, systemd.environment(watchdog_s=4))
    looks(watchdog, clock, box, 8)
    assert systemd.heard().count("WATCHDOG=1") == 8


def test_an_input_that_stopped_turning_ends_the_feeding_and_its_return_resumes_it(watchdog, systemd, clock, box):
    box.input_ms = clock.elapsed_ms()
    assert looks(watchdog, clock, box, 4)[-1] == ["input"]
    systemd.heard()
    looks(watchdog, clock, box, 60)
    assert systemd.heard() == []
    box.input_ms = None
    looks(watchdog, clock, box, 2)
    assert systemd.heard() == ["STATUS=Counting; all is sent.", "WATCHDOG=1"]


def test_a_writer_that_answers_no_probe_ends_the_feeding_after_half_a_minute(watchdog, systemd, clock, box):
    looks(watchdog, clock, box, 10)
    systemd.heard()
    box.answers = False
    assert looks(watchdog, clock, box, 60)[-1] == ["writer"]
    heard = systemd.heard()
    assert heard[-1] == "STATUS=No sign of life from: writer."
    assert heard.count("WATCHDOG=1") <= 7


def test_a_guard_that_is_gone_ends_the_feeding_and_one_still_loading_has_two_minutes(watchdog, clock, box):
    box.guarded = None
    assert looks(watchdog, clock, box, SYNC_LOADS_MS // 1000)[-1] == []
    assert looks(watchdog, clock, box, 2)[-1] == ["sync guard"]
    box.guarded = False
    assert looks(watchdog, clock, box, 1) == [["sync guard"]]
    box.guarded = True
    assert looks(watchdog, clock, box, 1) == [[]]


def test_a_simulated_box_without_power_has_no_parts_that_could_be_missing(watchdog, clock):
    assert looks(watchdog, clock, None, 40)[-1] == []


def test_the_status_tells_how_many_wait(watchdog, systemd, clock, box):
    box.waiting = 3
    looks(watchdog, clock, box, 12)
    assert "STATUS=Counting; 3 wait to be sent." in systemd.heard()


# ---------- on the program's real parts ----------


class HurriedClock:
    """The program's own clock, with time that a test can hurry for the watchdog alone."""

    def __init__(self, clock):
        self.clock = clock
        self.hurried_ms = 0

    def elapsed_ms(self):
        return self.clock.elapsed_ms() + self.hurried_ms

    def wall_ms(self):
        return self.clock.wall_ms()


@pytest.fixture
def program(tmp_path, server):
    program = Program(KioskSettings(tmp_path / "data", tmp_path / "run", None, None, False), simulated=True)
    enrol.enrol(tmp_path / "data", server.url, "CODE", program._hardware, "1.0.0", Uploader(server.url))
    program.power_on()
    assert until(lambda: program.box.signs().guarded)
    yield program
    program.power_off(cut=False)


def test_with_the_network_away_all_parts_live(program, server):
    program.set_cable(plugged=False)
    program.box.sync_now()
    watchdog = Watchdog(program.clock, {})
    assert until(lambda: program.status()["faults"] == ["unreachable"])
    assert isinstance(program.cable, Cable)
    for _ in range(3):
        assert watchdog.look(program.box) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("end", ["killed", "hung"])
def test_the_real_listener_killed_or_hung_is_missed(program, end):
    go_on = threading.Event()
    program.box.panel.refresh = (lambda: 1 / 0) if end == "killed" else (lambda: go_on.wait(20))
    watchdog = Watchdog(program.clock, {})
    assert until(lambda: watchdog.look(program.box) == ["input"])
    go_on.set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("end", ["killed", "hung"])
def test_the_real_writer_killed_or_hung_is_missed(program, end):
    go_on = threading.Event()
    watchdog = Watchdog(HurriedClock(program.clock), {}, probe_timeout_s=0.2)
    watchdog.look(program.box)
    program.box.recorder._inbox.put((lambda: 1 / 0) if end == "killed" else (lambda: go_on.wait(20)))
    watchdog._clock.hurried_ms += PROBE_EVERY_MS + WRITER_MS
    assert "writer" in watchdog.look(program.box)
    go_on.set()


@pytest.mark.parametrize("end", ["killed", "hung"])
def test_the_real_guard_killed_or_hung_is_missed(program, end):
    schedule = program.box._schedule
    watchdog = Watchdog(program.clock, {})
    assert watchdog.look(program.box) == []
    if end == "killed":
        schedule.stop()
        assert watchdog.look(program.box) == ["sync guard"]
        return
    entered, go_on = threading.Event(), threading.Event()
    schedule._card_changed = lambda: bool(entered.set() or (go_on.wait(20) and False))
    assert entered.wait(10)
    schedule._clock = HurriedClock(program.clock)
    schedule._clock.hurried_ms = GUARD_MISSING_MS + 1_000
    assert watchdog.look(program.box) == ["sync guard"]
    go_on.set()


def test_a_real_program_is_ready_only_when_it_counts_and_says_when_it_stops(tmp_path, server, systemd):
    environment = {**os.environ, **systemd.environment(watchdog_s=4), "SALVE_KIOSK_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-c", "from kiosk.cli import main; main()", "run", "--simulate"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert systemd.next() == "READY=1"
        assert (tmp_path / "data" / "buffer.db").exists()
        assert systemd.next() == "STATUS=Counting; all is sent."
        assert systemd.next() == "WATCHDOG=1"
        assert systemd.next() == "WATCHDOG=1"
        process.send_signal(signal.SIGTERM)
        while (message := systemd.next()) == "WATCHDOG=1":
            pass
        assert message.startswith("STOPPING=1\n")
        _, errors = process.communicate(timeout=15)
        assert (process.returncode, errors) == (0, "")
    finally:
        process.kill()
        process.communicate()
