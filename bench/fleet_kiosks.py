"""A simulated kiosk: the product's own sync, pace, upload and exchange over a buffer, and what is noted of each request.

Real are kiosk/sync, exchange, pacing, replies, reconcile, upload and the enrolment's files, and with `real` the buffer's file
too. Not real are the threads around them (one recorder and one schedule a kiosk would be 40,000 threads for 10,000 kiosks), the
sensors behind the health report, and without `real` the buffer, which then is a list in memory with the same methods.
"""

from __future__ import annotations

import hashlib
import random
import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from bench.memory_buffer import MemoryBuffer
from kiosk.buffer.whole import Buffer
from kiosk.cable import Cable
from kiosk.clock import SystemClock
from kiosk.sync import Sync
from kiosk.upload import Uploader
from wire.messages import Reaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.buffer.presses import Stream
    from kiosk.upload import Answer
    from wire.messages import Config

T = TypeVar("T")
BUTTONS = ("welcome-happy", "served-happy", "welcome-unhappy", "served-unhappy")
# The machine may have started minutes ago; the kiosks run since a week.
RUNNING_MS = 7 * 86_400_000
# Far enough apart that no two are of one visit, or a rush.
APART_MS = 30_000
HEALTH: dict[str, Any] = {
    "faults": [],
    "uptime_s": 604_800,
    "synced": True,
    "skew_ms": 12,
    "free_bytes": 12_000_000_000,
    "backlog": {"waiting": 30, "oldest_s": 900},
    "temperature_c": 48.3,
    "throttling": [],
    "under_voltage": False,
    "starts": 3,
    "wifi_dbm": -61,
    "model": "Raspberry Pi 4 Model B Rev 1.4",
    "python": "3.11.2",
}


class Sent(NamedTuple):
    """One request: whose, when it began (Unix seconds), how long it took, its status (0 for none), and how long to wait."""

    kiosk: int
    path: str
    began_s: float
    took_s: float
    status: int
    retry_after_s: float | None


class Clock(SystemClock):
    """The machine's clocks on a kiosk that runs since a week, in a boot of its own."""

    def __init__(self, number: int) -> None:
        self._boot = f"boot-{number}"

    def elapsed_ms(self) -> int:
        """Milliseconds since the simulated boot."""
        return super().elapsed_ms() + RUNNING_MS

    def synced(self) -> bool:
        """As kiosks with a network are."""
        return True

    def boot_id(self) -> str:
        """The id of the simulated boot."""
        return self._boot


class Kiosk:
    """One kiosk of the fleet; every method is for the one thread that made it."""

    def __init__(self, number: int, folder: Path, note: Callable[[Sent], None], *, real: bool) -> None:
        self.number = number
        self.clock = Clock(number)
        self.cable = Cable()
        boot_id = self.clock.boot_id()
        self.buffer: Any = Buffer(folder) if real else MemoryBuffer(token_of(number), boot_id)
        self.boot: int = self.buffer.boot_number(boot_id, self.clock.elapsed_ms())
        self.stream: Stream = self.buffer.new_stream()
        self.seq = 0
        self.sync = Sync(
            folder,
            self,  # type: ignore[arg-type]  # of the recorder it needs `ask` alone
            self.clock,
            lambda server: _Noted(server, self.cable, number, note),
            hardware=hardware_of(number),
            software="1.0.0",
            health=lambda: HEALTH,
            apply=self._apply,
            config_version=lambda: number,
            chance=random.Random(number),  # noqa: S311  (which moment, no secret)
        )

    def ask(self, question: Callable[[Kiosk], T]) -> T:
        """As the recorder does, without its thread."""
        return question(self)

    def press(self, count: int, ago: int = 0) -> None:
        """Keep that many presses, the last of them now, or as long ago as that many presses take."""
        now_ms, wall_ms = self.clock.elapsed_ms(), self.clock.wall_ms()
        first = self.seq + 1
        backs = [(ago + count - at - 1) * APART_MS for at in range(count)]
        made = [
            Reaction(now_ms - back, wall_ms - back, True, self.boot, button_of(self.number, seq), self.number, None, "vote")
            for seq, back in enumerate(backs, first)
        ]
        self.buffer.append(self.stream, first, made)
        self.seq += count

    def waiting(self) -> int:
        """How many presses the server has not confirmed."""
        found: int = self.buffer.counts().waiting if isinstance(self.buffer, Buffer) else self.buffer.waiting()
        return found

    def _apply(self, config: Config) -> None:
        raise AssertionError(f"kiosk {self.number} was given version {config.version} of its configuration")


class _Noted(Uploader):
    """The kiosk's uploader, with every request noted."""

    def __init__(self, server: str, cable: Cable, number: int, note: Callable[[Sent], None]) -> None:
        super().__init__(server, cable, software="1.0.0")
        self._number = number
        self._note = note

    def post(self, path: str, body: bytes, key: str | None) -> Answer:
        """Post, and note what came of it."""
        began_s, began = time.time(), time.perf_counter()
        status, retry_after_s = 0, None
        try:
            answer = super().post(path, body, key)
            status, retry_after_s = answer.status, answer.retry_after_s
        finally:
            took_s = time.perf_counter() - began
            self._note(Sent(self._number, path.rsplit("/", 1)[1], began_s, took_s, status, retry_after_s))
        return answer


def token_of(number: int) -> str:
    """The stream of a kiosk in memory."""
    return hashlib.sha256(f"stream {number}".encode()).hexdigest()[:32]


def hardware_of(number: int) -> str:
    """The hardware hash of a kiosk."""
    return f"sha256:{hashlib.sha256(f'hardware {number}'.encode()).hexdigest()}"


def button_of(number: int, seq: int) -> str:
    """Which button a press is of: told by kiosk and place alone, so that a press in another's place shows."""
    return BUTTONS[(number * 7 + seq * 3 + seq // 5) % 4]
