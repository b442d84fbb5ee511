"""The server's only reader of time; everything else is handed a Clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time; tests and the made-up history hand in their own."""

    def now_ms(self) -> int:
        """Unix time in milliseconds, UTC."""


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Unix time in milliseconds, UTC."""
        return time.time_ns() // 1_000_000
