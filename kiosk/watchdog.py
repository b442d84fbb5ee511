"""Tell systemd that the kiosk counts, and only as long as every part that counting needs shows a sign of life.

The program's main loop calls `look` once a second. Input, writer and the sync's guard must each have turned by themselves; the
network is never among the reasons, because a kiosk without one has to go on counting and a restart would not bring it back.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from kiosk.buffer.file import StorageError
from kiosk.errors import CardFull, Stopped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiosk.box import Box
    from kiosk.buffer.presses import Counts
    from kiosk.clock import Clock
    from kiosk.press import Work

# The listener turns 25 times a second.
INPUT_MS = 2_000
WRITER_MS = 30_000
PROBE_EVERY_MS = 10_000
PROBE_TIMEOUT_S = 5.0
# Loading the network's libraries takes seconds on a small Pi, and longer on a bad card.
SYNC_LOADS_MS = 120_000
FEED_EVERY_MS = 5_000


def notify(message: str, address: str) -> None:
    """Send one message by systemd's protocol (sd_notify(3)); an "@" begins an abstract address."""
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        # Should systemd not read for a moment, the next look tells it again; waiting for it would stop the looking.
        channel.setblocking(False)
        channel.sendto(message.encode(), address)


class Watchdog:
    """Feeds systemd's watchdog; without systemd (no NOTIFY_SOCKET) it looks all the same and tells nobody."""

    def __init__(
        self, clock: Clock, environment: Mapping[str, str] = os.environ, *, probe_timeout_s: float = PROBE_TIMEOUT_S
    ) -> None:
        self._clock = clock
        self._probe_timeout_s = probe_timeout_s
        self._address = environment.get("NOTIFY_SOCKET", "")
        self._feed_every_ms = min(FEED_EVERY_MS, int(environment.get("WATCHDOG_USEC", "0")) // 4_000 or FEED_EVERY_MS)
        self._box: Box | None = None
        self._since_ms = self._probed_ms = self._answered_ms = clock.elapsed_ms()
        self._fed_ms: int | None = None
        self._waiting = 0
        self._status = ""

    def ready(self) -> None:
        """Say that presses count from now on."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """Say that the end was asked for or has come."""
        self._tell("STOPPING=1\nSTATUS=Ending.")

    def look(self, box: Box | None) -> list[str]:
        """Feed the watchdog unless a part of `box` is missing (None: a simulated box without power); answers which are."""
        now_ms = self._clock.elapsed_ms()
        if box is not self._box:
            self._box, self._since_ms, self._answered_ms = box, now_ms, now_ms
            # The drawn power cut begins elapsed time anew, and what was noted lies in its future then.
            self._probed_ms, self._fed_ms = now_ms, None
        missing = self._missing(box, now_ms) if box is not None else []
        self._say(self._sentence(missing))
        if not missing and (self._fed_ms is None or now_ms - self._fed_ms >= self._feed_every_ms):
            self._fed_ms = now_ms
            self._tell("WATCHDOG=1")
        return missing

    # ---------- inside ----------

    def _missing(self, box: Box, now_ms: int) -> list[str]:
        self._probe(box, now_ms)
        signs = box.signs()
        found = []
        if now_ms - signs.input_ms > INPUT_MS:
            found.append("input")
        if self._clock.elapsed_ms() - self._answered_ms > WRITER_MS:
            found.append("writer")
        if signs.guarded is False or (signs.guarded is None and now_ms - self._since_ms > SYNC_LOADS_MS):
            found.append("sync guard")
        return found

    def _probe(self, box: Box, now_ms: int) -> None:
        """Let the writer take the buffer's lock and give it back, in its turn between presses."""
        if now_ms - self._probed_ms < PROBE_EVERY_MS:
            return

        def turn(work: Work) -> Counts:
            work.buffer.probe()
            return work.buffer.counts()

        self._probed_ms = now_ms
        try:
            self._waiting = box.recorder.ask(turn, self._probe_timeout_s).waiting
        except CardFull:
            # The writer turns, and asks the card itself; a restart would not give it room.
            self._waiting = 0
        except (StorageError, Stopped, TimeoutError):
            return
        self._answered_ms = self._clock.elapsed_ms()

    def _sentence(self, missing: list[str]) -> str:
        if missing:
            return f"No sign of life from: {', '.join(missing)}."
        return "Counting; all is sent." if not self._waiting else f"Counting; {self._waiting} wait to be sent."

    def _say(self, sentence: str) -> None:
        if sentence != self._status:
            self._status = sentence
            self._tell(f"STATUS={sentence}")

    def _tell(self, message: str) -> None:
        if not self._address:
            return
        try:
            notify(message, self._address)
        except OSError:
            # The next look says it again; a message that is lost may cost a restart, and no press.
            self._fed_ms, self._status = None, ""
