"""A browser whose page fell silent is ended, and one that waits for the kiosk is not."""

import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from kiosk.screen import browser
from kiosk.screen.browser import SILENT_S, STARTS_S, Keeper, command, keep, page_s

SLEEPS = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture
def times():
    """What the kiosk answers, and the moment."""
    return {"page_s": float("inf"), "now_s": 1_000.0, "displays": frozenset({"card1-HDMI-A-1"})}


@pytest.fixture
def keeper(times):
    return Keeper(lambda: times["page_s"], lambda: times["now_s"], lambda: times["displays"])


def test_a_browser_has_time_to_start_and_then_a_page_has_to_call(keeper, times):
    times["now_s"] += STARTS_S
    assert not keeper.has_to_go()
    times["now_s"] += 1
    assert keeper.has_to_go()


def test_a_page_that_calls_stays_and_one_that_stopped_goes_after_a_minute(keeper, times):
    times["now_s"] += 10_000
    times["page_s"] = SILENT_S
    assert not keeper.has_to_go()
    times["page_s"] = SILENT_S + 1
    assert keeper.has_to_go()


def test_a_page_has_a_minute_to_return_after_the_kiosk_did(keeper, times):
    times["now_s"] += 10_000
    times["page_s"] = None
    assert not keeper.has_to_go()
    times["page_s"] = float("inf")
    times["now_s"] += SILENT_S
    assert not keeper.has_to_go()
    times["now_s"] += 1
    assert keeper.has_to_go()


@pytest.mark.parametrize(
    ("body", "found"), [({"page_s": 3.5}, 3.5), ({"page_s": None}, float("inf")), ({"other": 1}, None), ([], None)]
)
def test_the_kiosk_is_asked_over_loopback(body, found):
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    assert page_s(server.server_port) == found
    thread.join()
    server.server_close()
    assert page_s(server.server_port) is None


def test_a_silent_page_ends_the_browser_also_one_that_does_not_listen(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(browser, "STARTS_S", 0.0)
    monkeypatch.setattr(browser, "END_S", 0.2)
    up = tmp_path / "up"
    deaf = f"import pathlib, signal, time; signal.signal(15, signal.SIG_IGN); pathlib.Path({str(up)!r}).touch(); time.sleep(60)"
    began = time.monotonic()
    silent = threading.Event()
    assert keep([sys.executable, "-c", deaf], lambda: float("inf") if up.exists() else 1.0, silent, look_s=0.05) == 1
    assert time.monotonic() - began < 30
    assert "begins anew" in capfd.readouterr().err


def test_a_browser_that_ends_by_itself_is_an_end_and_being_told_is_a_clean_one():
    assert keep([sys.executable, "-c", ""], lambda: 1.0, threading.Event(), look_s=0.05) == 1
    told = threading.Event()
    threading.Timer(0.2, told.set).start()
    assert keep(SLEEPS, lambda: 1.0, told, look_s=0.05) == 0


def test_either_name_of_the_browser_will_do_and_none_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="apt install"):
        command(8010, "/run/x")
    (tmp_path / "chromium-browser").write_text("")
    (tmp_path / "chromium-browser").chmod(0o755)
    found = command(8010, "/run/x")
    assert found[:4] == ["cage", "-s", "--", str(tmp_path / "chromium-browser")]
    assert "--app=http://127.0.0.1:8010" in found
    assert "--user-data-dir=/run/x/profile" in found


def test_it_loads_nothing_of_the_kiosk():
    program = "import sys, kiosk.screen.browser; sys.exit('flask' in sys.modules or 'sqlite3' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_display_that_was_switched_off_and_on_begins_a_browser_anew_and_going_dark_does_not(keeper, times):
    times["displays"] = frozenset()
    assert not keeper.has_to_go()
    times["displays"] = frozenset({"card1-HDMI-A-1"})
    assert keeper.has_to_go()
    assert not keeper.has_to_go()


def test_displays_are_what_the_kernel_calls_connected(tmp_path):
    for name, status in (("card0", None), ("card1-HDMI-A-1", "connected\n"), ("card1-HDMI-A-2", "disconnected\n")):
        (tmp_path / name).mkdir()
        if status:
            (tmp_path / name / "status").write_text(status)
    (tmp_path / "card1-DSI-1").mkdir()
    assert browser.displays(tmp_path) == {"card1-HDMI-A-1"}
