"""The only reader of time on the kiosk."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from kiosk.files import write_durably

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
SYNCHRONIZED = "/run/systemd/timesync/synchronized"


class Clock(Protocol):
    """What the kiosk knows of time; the wall clock may be months wrong, elapsed time may not."""

    def elapsed_ms(self) -> int:
        """Milliseconds since the machine's boot, sleep included; never set back."""

    def wall_ms(self) -> int:
        """Unix time in milliseconds as the machine believes it."""

    def synced(self) -> bool:
        """Whether a time server has set the wall clock since the boot."""

    def boot_id(self) -> str:
        """The kernel's name for this boot."""


class SystemClock:
    """The machine's own clocks."""

    def elapsed_ms(self) -> int:
        """CLOCK_BOOTTIME in milliseconds."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def wall_ms(self) -> int:
        """CLOCK_REALTIME in milliseconds."""
        return time.time_ns() // 1_000_000

    def synced(self) -> bool:
        """Whether systemd-timesyncd has left its mark."""
        # At each press; a Path takes three times as long to ask.
        return os.path.exists(SYNCHRONIZED)  # noqa: PTH110

    def boot_id(self) -> str:
        """The kernel's boot id."""
        return BOOT_ID.read_text("ascii").strip()


class SimulatedClock(SystemClock):
    """The machine's clocks until the drawn power switch begins another boot, which the folder remembers until a real one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "simulated-boot.json"
        self._boot_id = super().boot_id()
        self._began_ms = 0
        if self._file.exists():
            kept = json.loads(self._file.read_bytes())
            if kept["machine"] == self._boot_id:
                self._boot_id, self._began_ms = kept["boot_id"], kept["began_ms"]

    def elapsed_ms(self) -> int:
        """Milliseconds since the simulated boot."""
        return super().elapsed_ms() - self._began_ms

    def boot_id(self) -> str:
        """The id of the simulated boot."""
        return self._boot_id

    def reboot(self) -> None:
        """Begin another boot: a new id, and elapsed time from 0."""
        self._began_ms = super().elapsed_ms()
        import uuid

        self._boot_id = str(uuid.uuid4())
        kept = {"machine": super().boot_id(), "boot_id": self._boot_id, "began_ms": self._began_ms}
        write_durably(self._file, json.dumps(kept).encode())


def utc_text(wall_ms: int | None) -> str | None:
    """A Unix time as ISO 8601 in UTC with Z, None for None."""
    if wall_ms is None:
        return None
    return datetime.fromtimestamp(wall_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(wall_ms: int, after_s: float) -> datetime:
    """The moment `after_s` seconds after a Unix time, as a scheduler wants it."""
    return datetime.fromtimestamp(wall_ms / 1000, UTC) + timedelta(seconds=after_s)
