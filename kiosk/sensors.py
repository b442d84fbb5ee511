"""What the machine's own files say about its state: heat, power, radio, names; None wherever a file is missing or odd."""

from __future__ import annotations

import os
import re
from pathlib import Path

# Files of /sys and /proc have no size; none of those read here is longer than this.
MOST_BYTES = 4_096
# Bits of `vcgencmd get_throttled`: now, and 16 places higher whether it has happened since the boot.
THROTTLING = ("under-voltage", "capped", "throttled", "soft-limit")
SINCE_BOOT = 16


class Sensors:
    """Reads below `root`, which only tests set to another folder."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def temperature_c(self) -> float | None:
        """The processor's temperature in degrees Celsius."""
        text = self._read("sys/class/thermal/thermal_zone0/temp")
        return int(text) / 1000 if re.fullmatch(r"-?\d{1,7}", text) else None

    def throttled(self) -> int | None:
        """The firmware's throttling bits, as a timer of root's leaves them in /run; the hardened unit may not ask for them."""
        found = re.fullmatch(r"throttled=0x([0-9a-fA-F]{1,8})", self._read("run/salve/throttled"))
        return int(found[1], 16) if found else None

    def under_voltage(self) -> bool | None:
        """Whether the supply is too low now.

        The kernel's driver clears the firmware's lasting bits when it polls them, so those alone would miss it.
        """
        for folder in sorted(self._root.glob("sys/class/hwmon/hwmon*")):
            if self._read(folder.relative_to(self._root) / "name") == "rpi_volt":
                text = self._read(folder.relative_to(self._root) / "in0_lcrit_alarm")
                return text == "1" if text in {"0", "1"} else None
        return None

    def wifi_dbm(self) -> int | None:
        """The strength of the first radio's signal; None on a cable."""
        for line in self._read("proc/net/wireless").splitlines()[2:]:
            # Interface, status, link quality, level in dBm with a full stop.
            fields = line.split()
            if len(fields) > 3 and re.fullmatch(r"-?\d{1,3}\.?", fields[3]):
                return int(fields[3].rstrip("."))
        return None

    def model(self) -> str | None:
        """The board's name, such as "Raspberry Pi Zero 2 W Rev 1.0"."""
        return self._read("proc/device-tree/model") or None

    def card(self) -> str | None:
        """The card's name, maker's number and date of making, such as "SD16G 0x000003 09/2024"; not its serial number."""
        for folder in sorted(self._root.glob("sys/block/mmcblk*/device")):
            parts = [self._read(folder.relative_to(self._root) / part) for part in ("name", "manfid", "date")]
            if parts[0]:
                return " ".join(filter(None, parts))
        return None

    def system(self) -> str | None:
        """The name of the operating system's release."""
        found = re.search(r'^PRETTY_NAME="?([^"\n]+)', self._read("etc/os-release"), re.MULTILINE)
        return found[1] if found else None

    def kernel(self) -> str:
        """The kernel's release."""
        return os.uname().release

    def _read(self, path: str | Path) -> str:
        """The text of a small file, empty when there is none."""
        try:
            with (self._root / path).open("rb") as file:
                return file.read(MOST_BYTES).decode("utf-8", "replace").strip(" \t\r\n\0")
        except OSError:
            return ""


def throttling_names(bits: int) -> list[str]:
    """The bits in words, such as "under-voltage" now and "throttled since boot"."""
    now = [name for place, name in enumerate(THROTTLING) if bits >> place & 1]
    return now + [f"{name} since boot" for place, name in enumerate(THROTTLING, SINCE_BOOT) if bits >> place & 1]
