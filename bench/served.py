"""A real `salve-server serve` in a process of its own, and what the kernel says that it costs."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

TICKS = os.sysconf("SC_CLK_TCK")
START_S = 60
SERVE = (sys.executable, "-c", "from server.cli import main; main()", "serve")


class Served:
    """The server over the database of a folder, at one port for all its lives; `cpu_s` counts all of them."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self._words = folder / "server.log"
        self._environment = _plain() | {"SALVE_DATA_DIR": str(folder), "SALVE_PORT": str(self.port)} | dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._spent_s = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The process that runs now."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it answers."""
        with self._words.open("ab") as words:
            self._process = subprocess.Popen(SERVE, env=self._environment, stdout=words, stderr=words)  # noqa: S603  (our own)
        wait_for(self.port, "/healthz", self._process)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def cpu_s(self) -> float:
        """CPU seconds of all its lives so far."""
        return self._spent_s + (cpu_s_of(self._process.pid) if self._process is not None else 0.0)

    def memory_mib(self) -> float:
        """The most memory that it has had."""
        return most_memory_mib(self.pid)

    def _end(self, number: int) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                self._spent_s += cpu_s_of(self._process.pid)
                self._process.send_signal(number)
            self._process.wait()
            self._process = None


def wait_for(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process that was just started answers at an address of its own."""
    deadline = time.monotonic() + START_S
    while not _answers(port, path):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not answer at port {port}.")
        time.sleep(0.05)


def cpu_s_of(pid: int) -> float:
    """CPU seconds of a process so far, its threads included."""
    facts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(facts[11]) + int(facts[12])) / TICKS


def most_memory_mib(pid: int) -> float:
    """The most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]) / 1024


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _plain() -> dict[str, str]:
    """The environment without settings of a real server or kiosk."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SALVE_")}
