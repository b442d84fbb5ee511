"""Bring what damaged buffers still hold into the one in use, beside the counting of presses, and say how much that was."""

from __future__ import annotations

import contextlib
import shutil
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from kiosk import quarantine
from kiosk.buffer.homecoming import PastBuffer
from kiosk.buffer.schema import BOOTS_A_BUFFER
from kiosk.errors import Stopped
from wire.messages import Boot

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.buffer.whole import Buffer
    from kiosk.quarantine import Case
    from kiosk.salvage import Portion, Wreck

T = TypeVar("T")
WORKPLACE = "salvage"
# A card too full for the copy may have room later.
AGAIN_S = 600.0
# Each try writes a whole copy, and a card has only so many of those.
LONGEST_S = 86_400.0


class Ask(Protocol):
    """Runs a function on the buffer in its thread, between presses."""

    def __call__(self, question: Callable[[Buffer], T]) -> T:
        """What the function gave."""


class Result(NamedTuple):
    """What one damaged buffer gave: streams and presses brought home, presses missing, streams without a readable token."""

    streams: int
    presses: int
    missing: int
    nameless: int

    def sentence(self) -> str:
        """The result for a fault's detail."""
        return (
            f"{self.presses} presses of {self.streams} streams brought home, {self.missing} missing,"
            f" {self.nameless} streams unreadable"
        )


class Homebringer:
    """One thread that works while there are damaged buffers to read; `report` hears each result."""

    def __init__(self, data_dir: Path, ask: Ask, report: Callable[[str], None]) -> None:
        self._data_dir = data_dir
        self._ask = ask
        self._report = report
        self._ended = threading.Event()
        self._more = threading.Event()
        self._thread: threading.Thread | None = None
        self._told: set[Path] = set()

    def start(self) -> None:
        """Begin, or look again, when a damaged buffer waits; returns at once."""
        self._more.set()
        if self._waiting() and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._main, name="salvage", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Leave the rest for the next start."""
        self._ended.set()
        self._more.set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing is left to do; answers whether that was so in time."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return not self._waiting()

    def _waiting(self) -> list[Case]:
        return [case for case in quarantine.cases(self._data_dir) if not case.is_salvaged]

    def _main(self) -> None:
        again_s = AGAIN_S
        with contextlib.suppress(Stopped):
            while (waiting := self._waiting()) and not self._ended.is_set():
                self._more.clear()
                # All of them, so that one that can not be read keeps no other from coming home.
                if [case for case in waiting if not self._brought_home(case)]:
                    self._more.wait(again_s)
                    again_s = min(2 * again_s, LONGEST_S)

    def _brought_home(self, case: Case) -> bool:
        try:
            self._bring_home(case)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  # a wreck may hold anything, and its original stays for a later try
            if case.folder not in self._told:
                self._told.add(case.folder)
                self._report(f"{case.folder.name}: not read yet ({type(error).__name__}: {error})")
            return False
        return True

    def _bring_home(self, case: Case) -> None:
        # It loads what only a damaged buffer needs.
        from kiosk.salvage import Wreck

        workplace = self._data_dir / WORKPLACE
        shutil.rmtree(workplace, ignore_errors=True)
        workplace.mkdir(mode=0o700)
        try:
            wreck = Wreck(case.folder, workplace)
            try:
                result = self._transfer(case, wreck)
            finally:
                wreck.close()
        finally:
            shutil.rmtree(workplace, ignore_errors=True)
        quarantine.close_case(case, result._asdict())
        self._report(f"{case.folder.name}: {result.sentence()}")

    def _transfer(self, case: Case, wreck: Wreck) -> Result:
        # The library behind it takes 3 MB, and most kiosks never set a buffer aside.
        import hashlib

        past = wreck.past() or PastBuffer(hashlib.blake2b(case.folder.name.encode(), digest_size=16).hexdigest(), 0, 0)
        boots = _Boots(self._ask, past, wreck, case.generation * BOOTS_A_BUFFER)
        tokens: set[str] = set()
        presses = 0
        for portion in wreck.portions():
            rows = [boots.translated(row) for row in portion.rows]
            self._take(past, portion, rows)
            tokens.add(portion.stream.token)
            presses += len(rows)
        self._ask(lambda buffer: buffer.ask_again())
        return Result(len(tokens), presses, wreck.missing, wreck.nameless)

    def _take(self, past: PastBuffer, portion: Portion, rows: list[tuple[Any, ...]]) -> None:
        if self._ended.is_set():
            raise Stopped("The kiosk is ending.")
        self._ask(lambda buffer: buffer.take_rows(past, portion.stream, rows, portion.upto))


class _Boots:
    """The old buffer's boot numbers in the new one's; a boot that can not be read gets a name of its own."""

    def __init__(self, ask: Ask, past: PastBuffer, wreck: Wreck, below: int) -> None:
        self._ask = ask
        self._past = past
        self._below = below
        self._ids = {boot.number: boot.boot_id for boot in wreck.boots()}
        self._numbers = self._taken(wreck.boots())
        anchors = [
            anchor._replace(boot=self._numbers[self._ids[anchor.boot]])
            for anchor in wreck.anchors()
            if anchor.boot in self._ids
        ]
        ask(lambda buffer: buffer.take_past(past, [], anchors, below))

    def translated(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """A row with its boot's number in the new buffer."""
        number = row[4]
        if number not in self._ids:
            self._ids[number] = f"unreadable-{self._past.buffer}-{number}"
            self._numbers = self._taken([Boot(self._ids[number], number, 0)])
        return (*row[:4], self._numbers[self._ids[number]], *row[5:])

    def _taken(self, boots: list[Boot]) -> dict[str, int]:
        def take(buffer: Buffer) -> dict[str, int]:
            buffer.take_past(self._past, boots, [], self._below)
            return buffer.boot_numbers()

        return self._ask(take)
