"""For whole-way stories: a real server and a real kiosk as processes that can be killed, a link that lies, and their CSV."""

from __future__ import annotations

import csv
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE_S = 30.0
PASSWORD = "correct horse battery"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], why: str, deadline_s: float = DEADLINE_S) -> Any:
    """Ask again and again until there is a true answer; fails with `why` when there is none in time."""
    end = time.monotonic() + deadline_s
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"not within {deadline_s} s: {why}")
        time.sleep(0.02)


class Process:
    """One real process of ours."""

    def __init__(self, arguments: list[str], environment: dict[str, str], words: Path, health_url: str) -> None:
        self.arguments = arguments
        self.environment = environment
        self.words = words
        self.health_url = health_url
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.words.open("ab") as words:
            self.running = subprocess.Popen(self.arguments, env=self.environment, stdout=words, stderr=words)
        wait_for(self.answers, f"{self.arguments} answers; it said: {self.words.read_text()[-2000:]}")

    def answers(self) -> bool:
        assert self.running is not None
        assert self.running.poll() is None, self.words.read_text()[-3000:]
        try:
            return requests.get(self.health_url, timeout=1).status_code == 200
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """Kill -9, and gone."""
        assert self.running is not None
        self.running.kill()
        self.running.wait()

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.running is not None
        if self.running.poll() is None:
            self.running.send_signal(signal.SIGTERM)
        return self.running.wait(DEADLINE_S)


class Link:
    """A real HTTP link between kiosk and server that loses, repeats and lies as it is told.

    `mood` is asked for every request to /api/v1/sync and answers what happens to it: "pass", "refuse" (nothing arrives),
    "lose" (it arrives, the reply is lost), "twice" (delivered twice, the second reply comes back), "portal" (a captive portal
    answers 200), "portal-json" (one that even speaks JSON), "cut" (half of the reply).
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.mood: Callable[[], str] = lambda: "pass"
        self.seen: list[str] = []
        link = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                link.serve(self, body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        mood = self.mood() if handler.path == "/api/v1/sync" else "pass"
        self.seen.append(mood)
        if mood == "refuse":
            handler.connection.close()
            return
        if mood.startswith("portal"):
            kind, text = ("application/json", b'{"ok":true}') if mood == "portal-json" else ("text/html", b"<h1>Free WiFi</h1>")
            self.answer(handler, 200, kind, text)
            return
        status, kind, reply = self.forward(handler, body)
        if mood == "twice":
            status, kind, reply = self.forward(handler, body)
        if mood == "lose":
            handler.connection.close()
            return
        self.answer(handler, status, kind, reply, cut=mood == "cut")

    def forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.target, timeout=20)
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in ("host", "connection")}
        try:
            connection.request("POST", handler.path, body, headers | {"Host": f"127.0.0.1:{self.target}"})
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        finally:
            connection.close()

    @staticmethod
    def answer(handler: BaseHTTPRequestHandler, status: int, kind: str, reply: bytes, *, cut: bool = False) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(reply)))
        handler.end_headers()
        handler.wfile.write(reply[: len(reply) // 2] if cut else reply)
        if cut:
            handler.close_connection = True

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Stand:
    """A server with one store and one enrolled simulated kiosk, in folders of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.screen_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.box = f"http://127.0.0.1:{self.screen_port}"
        plain = {name: value for name, value in os.environ.items() if not name.startswith("SALVE_")}
        self.server_environment = plain | {"SALVE_DATA_DIR": str(folder / "server"), "SALVE_PORT": str(self.port)}
        self.kiosk_environment = plain | {
            "SALVE_KIOSK_DATA_DIR": str(folder / "kiosk"),
            "SALVE_KIOSK_SCREEN_PORT": str(self.screen_port),
            "SALVE_KIOSK_SYNC_S": "2",
        }
        self.server = Process(
            [self.command("salve-server"), "serve"], self.server_environment, folder / "server.log", f"{self.url}/readyz"
        )
        self.kiosk = Process(
            [self.command("salve-kiosk"), "run", "--simulate"],
            self.kiosk_environment,
            folder / "kiosk.log",
            f"{self.box}/status",
        )
        self.token = ""
        self.link: Link | None = None

    @staticmethod
    def command(name: str) -> str:
        return str(Path(sys.executable).with_name(name))

    def run(self, *arguments: str, typed: str = "") -> str:
        """Run `salve-server ...` and return what it printed."""
        done = subprocess.run(
            [self.command("salve-server"), *arguments],
            env=self.server_environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def set_up(self) -> None:
        self.run("upgrade")
        self.run("store", "add", "S001", "--name", "Leeds Briggate", "--timezone", "Europe/London", "--region", "North")
        self.run("store", "add", "S002", "--name", "Torino", "--timezone", "Europe/Rome")
        self.run("user", "add", "ada@example.org", "--role", "manager", "--store", "S001", typed=PASSWORD + "\n")
        self.run("user", "add", "office@example.org", "--role", "head-office", typed=PASSWORD + "\n")
        self.token = self.run("token", "add", "tests")
        self.server.start()
        code = self.run("kiosk", "code", "--store", "S001", "--touchpoint", "exit", "--layout", "two-row")
        subprocess.run(
            [self.command("salve-kiosk"), "enrol", "--server", self.kiosk_goes_to(), "--code", code],
            env=self.kiosk_environment,
            check=True,
            capture_output=True,
            timeout=60,
        )
        self.kiosk.start()
        wait_for(lambda: self.status()["config_version"], "the kiosk has its configuration")

    def kiosk_goes_to(self) -> str:
        return f"http://127.0.0.1:{self.link.port}" if self.link else self.url

    def status(self) -> dict[str, Any]:
        return requests.get(f"{self.box}/status", timeout=5).json()

    def press(self, button: str, held_ms: int = 60) -> dict[str, Any]:
        answer = requests.post(f"{self.box}/simulated/press", json={"button": button, "held_ms": held_ms}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait_until_sent(self, deadline_s: float = 60) -> None:
        wait_for(lambda: self.status()["waiting"] == 0, "all presses are acknowledged", deadline_s)

    def csv(self, **query: str) -> list[dict[str, str]]:
        answer = requests.get(
            f"{self.url}/api/v1/export/reactions.csv",
            params=query,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text)))

    def close(self) -> None:
        for process in (self.kiosk, self.server):
            if process.running is not None and process.running.poll() is None:
                process.stop()
        if self.link is not None:
            self.link.close()
