"""Runs the demonstration's server and kiosk as processes of their own, and starts again what dies."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START_S = 60
STOP_S = 20
RESTART_S = 1.0


class NotStarted(RuntimeError):
    """A process ended or did not answer; the text says which and where its words are."""


def command(name: str) -> str:
    """The path of one of our console commands, beside the running Python."""
    return str(Path(sys.executable).with_name(name))


class Child:
    """One process that should always run; its output goes to a file in the demonstration's folder."""

    def __init__(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str], words: Path, health_url: str = ""
    ) -> None:
        self.name = name
        self._arguments = list(arguments)
        self._environment = dict(environment)
        self._words = words
        self._health_url = health_url
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers, where it has an address to answer at; raises NotStarted."""
        if self._health_url and self._answers():
            # It would end, its port being taken, and whoever answers there be taken for it: the kiosk would be enrolled at the
            # server of another demonstration, which calls the code not valid.
            raise NotStarted(f"something else answers at {self._health_url} already, instead of the {self.name}")
        self._spawn()
        if not self._health_url:
            return
        deadline = time.monotonic() + START_S
        while not self._answers():
            if not self.is_running:
                raise NotStarted(f"the {self.name} ended at once: {self._last_words()} (all of it: {self._words})")
            if time.monotonic() > deadline:
                raise NotStarted(f"the {self.name} did not answer within {START_S} s; its words are in {self._words}")
            time.sleep(0.1)

    def restart_if_dead(self) -> bool:
        """Start it again when it has ended, as systemd would; returns whether it had."""
        if self.is_running:
            return False
        time.sleep(RESTART_S)
        self._spawn()
        return True

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        if self._process is None or not self.is_running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def _spawn(self) -> None:
        with self._words.open("ab") as words:
            # Its own session: Ctrl-C reaches only us, and we end the children in order.
            self._process = subprocess.Popen(  # noqa: S603  (our own commands)
                self._arguments,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self._health_url, timeout=1) as answer:  # noqa: S310  (loopback)
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _last_words(self) -> str:
        lines = self._words.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
