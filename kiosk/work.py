"""What goes through the writer thread: a press, its outcome, and what it is written with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from hardware.lights import Light
    from kiosk.buffer.presses import Stream
    from kiosk.buffer.whole import Buffer
    from kiosk.clock import Clock


class Press(NamedTuple):
    """A debounced press of one button."""

    at_ms: int
    button: str


class Outcome(NamedTuple):
    """What a press was answered with, and its identity when it was stored."""

    button: str
    at_ms: int
    light: Light | None
    stream: str | None
    seq: int | None


class Work:
    """What the writer thread works on: the open buffer, the running stream and this boot's number."""

    def __init__(self, buffer: Buffer, clock: Clock) -> None:
        self.buffer = buffer
        self.boot = buffer.boot_number(clock.boot_id(), clock.elapsed_ms())
        self.stream: Stream = buffer.new_stream()
        self.began_ms = clock.elapsed_ms()
        self.seq = 0
