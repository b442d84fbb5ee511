"""What goes through the writer thread: a press, its outcome, and what it is written with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kiosk.buffer.file import StorageError
from kiosk.buffer.transaction import is_full

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
        try:
            self._begin(clock)
        except StorageError as error:
            if not is_full(error):
                raise
            # Something else filled the card: with what the ballast gives back the program can at least run, refuse presses
            # visibly and sync. Without that it would start in vain for ever, and the box stay dark.
            buffer.is_tight = True
            buffer.ballast.let_go()
            self._begin(clock)
        self.began_ms = clock.elapsed_ms()
        self.seq = 0

    def _begin(self, clock: Clock) -> None:
        self.boot = self.buffer.boot_number(clock.boot_id(), clock.elapsed_ms())
        self.stream: Stream = self.buffer.new_stream()
