"""A clock for card scripts: a second passes with each look."""

from __future__ import annotations


class Clock:
    """Wall time and elapsed time are the same here."""

    def __init__(self) -> None:
        self.now = 0

    def elapsed_ms(self) -> int:
        self.now += 1_000
        return self.now

    wall_ms = elapsed_ms

    def synced(self) -> bool:
        return True

    def boot_id(self) -> str:
        return "boot-1"
