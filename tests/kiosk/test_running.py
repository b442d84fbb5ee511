"""The program as a process: from its start until it is told to stop, or killed."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from dataclasses import replace

import pytest
from waits import until

from kiosk.asking import ask
from kiosk.errors import KioskError
from kiosk.program import Program
from kiosk.running import open_screen
from kiosk.settings import KioskSettings


@pytest.fixture
def settings(tmp_path):
    return KioskSettings(tmp_path / "data", tmp_path / "run", None, None, False)


def test_a_page_that_can_not_be_shown_keeps_no_real_box_from_counting(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        program = Program(replace(settings, screen_port=taken.getsockname()[1]), simulated=True)
        with pytest.raises(KioskError, match="is taken by another program"):
            open_screen(program)
        program.power_on()
        program.simulated = False
        assert open_screen(program) is None
        assert "screen-failed" in program.status()["faults"]
        program.power_off(cut=False)


class Process:
    def __init__(self, tmp_path, url):
        self.environment = {**os.environ, "SALVE_KIOSK_DATA_DIR": str(tmp_path / "data"), "SALVE_KIOSK_SYNC_S": "1"}
        self.run_dir = tmp_path / "data" / "run"
        self.command("enrol", "--server", url, "--code", "CODE").communicate()
        self.start()

    def command(self, *arguments):
        program = [sys.executable, "-c", "from kiosk.cli import main; main()", *arguments]
        return subprocess.Popen(program, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def start(self):
        self.environment["SALVE_KIOSK_SCREEN_PORT"] = str(free_port())
        self.process = self.command("run", "--simulate")
        assert until(lambda: self.status() is not None, 20)

    def status(self):
        try:
            return json.load(urllib.request.urlopen(self.url("/status"), timeout=5))
        except OSError:
            return None

    def url(self, path):
        return f"http://127.0.0.1:{self.environment['SALVE_KIOSK_SCREEN_PORT']}{path}"

    def press(self, button):
        body = json.dumps({"button": button, "held_ms": 60}).encode()
        request = urllib.request.Request(self.url("/simulated/press"), body, {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request, timeout=15))


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def process(tmp_path, server):
    process = Process(tmp_path, server.url)
    yield process
    process.process.kill()
    process.process.communicate()


def test_sigterm_stores_what_was_pressed_folds_the_buffer_and_exits_with_0(process, tmp_path):
    assert process.press("served-happy")["light"] == "thanks"
    assert ask(process.run_dir, "status")["thanked"] == 1
    process.process.send_signal(signal.SIGTERM)
    _, errors = process.process.communicate(timeout=15)
    assert process.process.returncode == 0, errors
    assert errors == ""
    assert not (tmp_path / "data" / "buffer.db-wal").exists()
    assert not (process.run_dir / "kiosk.sock").exists()


def test_the_self_test_as_a_technician_runs_it(process):
    test = process.command("self-test", "--wait", "10")
    assert until(lambda: process.status()["self_test"])
    for button in ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy"):
        assert until(lambda button=button: process.status()["lights"][button] == "test")
        assert process.press(button)["light"] == "none"
    said, errors = test.communicate(timeout=20)
    assert test.returncode == 0, errors
    assert "4 of 4: press served-unhappy (lower row, unhappy face; GPIO 27)." in said
    assert "The self-test found nothing wrong." in said
    assert (process.status()["thanked"], process.status()["self_test"]) == (0, False)
    assert process.press("welcome-happy")["light"] == "thanks"


def test_a_self_test_in_which_nobody_presses_fails_and_says_so(process):
    test = process.command("self-test", "--wait", "0.2")
    said, _ = test.communicate(timeout=20)
    assert test.returncode == 1
    assert said.count("no press came") == 4
    assert process.status()["self_test"] is False


def test_killed_at_any_moment_the_server_ends_with_exactly_the_presses_that_were_thanked_for(process, server, tmp_path):
    thanked = set()
    buttons = ["welcome-happy", "served-unhappy"]
    for round_number in range(4):
        for number in range(round_number + 2):
            answer = process.press(buttons[number % 2])
            thanked.add((answer["stream"], answer["seq"]))
        process.process.kill()
        process.process.communicate()
        process.start()
    assert until(lambda: process.status()["waiting"] == 0)
    assert set(server.stored()) == thanked
    assert len(server.order) == len(thanked)
    process.process.kill()
    process.process.communicate()
    rows = sqlite3.connect(tmp_path / "data" / "buffer.db")
    assert rows.execute("SELECT thanked FROM card").fetchone()[0] == len(thanked)
    rows.close()
