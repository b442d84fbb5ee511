"""The kernel's input devices through python-evdev, which comes from the system's packages; imported when a keypad is wanted."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

DEVICES = Path("/dev/input")
# _IOW('E', 0xa0, int) of linux/input.h, and CLOCK_BOOTTIME and CLOCK_MONOTONIC of linux/time.h.
EVIOCSCLOCKID = 0x400445A0
CLOCK_BOOTTIME, CLOCK_MONOTONIC = 7, 1


class EventDevices:
    """What `hardware.keypad` needs of python-evdev; raises ImportError where that is not installed."""

    def __init__(self) -> None:
        import evdev

        self._evdev: Any = evdev

    def paths(self) -> Iterable[str]:
        """Every event device, in the kernel's order."""
        # Not evdev.list_devices: it leaves out what may not be written, and reading is all that we are given.
        return sorted(map(str, DEVICES.glob("event*")), key=lambda path: (len(path), path))

    def open(self, path: str) -> Any:
        """An evdev.InputDevice; raises OSError."""
        return self._evdev.InputDevice(path)

    def same(self, path: str, name: str) -> bool:
        """Whether a name under /dev/input leads to this device."""
        return os.path.realpath(path) == os.path.realpath(name)

    def code(self, key: str) -> int | None:
        """The number of a key's name."""
        found = self._evdev.ecodes.ecodes.get(key)
        return found if isinstance(found, int) else None

    def count_like_us(self, device: Any) -> None:
        """Stamp events by elapsed time: by default they carry the wall clock, which the first answer of a time server steps."""
        for clock in (CLOCK_BOOTTIME, CLOCK_MONOTONIC):
            with contextlib.suppress(OSError):
                fcntl.ioctl(device.fd, EVIOCSCLOCKID, struct.pack("i", clock))
                return
