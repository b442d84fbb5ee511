"""Judge, stamp, store, thank: what the writer thread does with presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.beginning import FULL, Beginning
from kiosk.buffer.file import Limits, StorageError
from kiosk.buffer.transaction import is_damage, is_full
from kiosk.errors import BufferUnsafe
from kiosk.housekeeping import Housekeeping
from kiosk.misuse import Judge
from kiosk.opening import open_buffer
from kiosk.work import Outcome, Press, Work
from wire.limits import MAX_SEQ, MAX_STREAM_DAYS
from wire.messages import Config, Reaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hardware.lights import Light
    from kiosk.clock import Clock

FOLD_ANYWAY = 2_000
STREAM_LASTS_MS = MAX_STREAM_DAYS * 86_400_000
DAMAGED, SALVAGED = "buffer-damaged", "buffer-salvaged"
# The card takes nothing although it has room: worn out, loose, or made read-only by the kernel after errors.
FAILING = "card-failing"


class Writer:
    """Everything here runs in the writer thread; `opened` is called when a buffer is in use."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        config: Config | None,
        tell: Callable[[Outcome], None],
        limits: Limits,
        opened: Callable[[], None],
    ) -> None:
        self.config = config
        self.house = Housekeeping(clock)
        # Faults that stand now, by their short names.
        self.standing: set[str] = set()
        # There is work once the beginning is done.
        self.work: Work
        self.beginning = Beginning(self.open, clock, self.house, self.standing)
        self._folder = folder
        self._clock = clock
        self._tell = tell
        self._limits = limits
        self._opened = opened
        self._judge = Judge()
        self._broken = False
        self._doubted = False

    def close(self) -> None:
        """Keep house once more, fold and close the buffer."""
        if self.beginning.is_done:
            self.idle()
            self.work.buffer.close()

    def open(self) -> None:
        """Open the buffer, or a fresh one in place of a damaged one, and begin a stream."""
        buffer, damage = open_buffer(self._folder, self._clock, self._limits)
        try:
            self.work = Work(buffer, self._clock)
        except BaseException:
            buffer.close()
            raise
        if damage is not None:
            self.standing.add(DAMAGED)
            self.house.note(DAMAGED, damage)
        self.beginning.is_done = True
        self._opened()

    def doubt(self) -> None:
        """Somebody read damage in the buffer; it is looked at when the writer is next idle."""
        self._doubted = True

    def take(self, presses: list[Press], *, afresh: bool = False) -> None:
        """Store presses in one transaction and answer each; a failure is tried once more, then answered with sorry.

        `afresh` says that they are in hand for the second time, because the buffer was looked at between.
        """
        config = self.config
        if config is None:
            # Nobody has said yet what the buttons ask, so there is nothing that a press could mean.
            for press in presses:
                self._tell(Outcome(press.button, press.at_ms, None, None, None))
            return
        if not (self.beginning.is_done or self.beginning.is_done_now()):
            self._refuse(presses)
            return
        if len(presses) > 1 and self.work.seq + len(presses) > MAX_SEQ:
            for press in presses:
                self.take([press])
            return
        try:
            if not self._has_room():
                self._refuse(presses)
                return
            self._renew_stream(len(presses))
        except (StorageError, BufferUnsafe, OSError):
            self._broken = True
            self._refuse(presses)
            return
        self._store(presses, config, afresh=afresh)

    def idle(self) -> None:
        """Look at a doubted buffer, keep house."""
        if not self.beginning.is_done_now():
            return
        if self._doubted:
            self._doubted = False
            self._look_again()
        try:
            if self._broken:
                self.work.buffer.reopen()
            self.house.do(self.work)
            if self.work.buffer.is_tight and self.work.buffer.is_roomy():
                self.work.buffer.is_tight = False
                self.standing.discard(FULL)
        except (StorageError, OSError):
            # Housekeeping may fail on a full card; the next press finds out whether storing does.
            self._broken = True

    # ---------- a press ----------

    def _store(self, presses: list[Press], config: Config, *, afresh: bool) -> None:
        first = self.work.seq + 1
        reactions = [self._stamp(press, seq, config) for seq, press in enumerate(presses, first)]
        before = self.work
        stored = self._stored(first, reactions)
        if not stored:
            if stored is None and self.work is not before and not afresh:
                # A fresh buffer is in use, and these presses are its first.
                self.take(presses, afresh=True)
                return
            # The failed COMMIT may yet turn out to be on the card, so its seqs are never used for other presses.
            self._broken = True
            self._refuse(presses)
            return
        self.work.seq += len(reactions)
        self.standing -= {FULL, FAILING}
        for seq, (press, reaction) in enumerate(zip(presses, reactions, strict=True), first):
            light: Light = "thanks" if reaction.mark == "vote" else "repeat"
            self._tell(Outcome(press.button, press.at_ms, light, self.work.stream.token, seq))
        self._fold()

    def _stamp(self, press: Press, seq: int, config: Config) -> Reaction:
        meaning = config.buttons.get(press.button)
        question = meaning.question if meaning is not None else press.button
        verdict = self._judge.judge(press.at_ms, press.button, question, seq, config.rules)
        ago_ms = self._clock.elapsed_ms() - press.at_ms
        wall_ms, synced = max(0, self._clock.wall_ms() - ago_ms), self._clock.synced()
        # By place, because names double what it costs.
        return Reaction(press.at_ms, wall_ms, synced, self.work.boot, press.button, config.version, verdict.visit, verdict.mark)

    def _stored(self, first: int, reactions: list[Reaction]) -> bool | None:
        """Commit, once more on a reopened connection with the same seqs when that failed; True only after a COMMIT.

        None says that they are surely not on the card, False that nobody knows: stored anew, they might count twice.
        """
        work = self.work
        for again in (False, True):
            try:
                if again:
                    work.buffer.reopen()
                    if work.buffer.is_tight and not work.buffer.make_room():
                        return False
                work.buffer.append(work.stream, first, reactions)
            except (StorageError, BufferUnsafe, OSError) as error:
                if is_damage(error):
                    self._look_again()
                    return False if again else None
                work.buffer.is_tight = work.buffer.is_tight or is_full(error)
                continue
            return True
        return False

    def _refuse(self, presses: list[Press]) -> None:
        # The judge does not remember them: the next press of the same person is no repeat of one that was lost.
        self._judge = Judge()
        self.house.refused += len(presses)
        fault = FULL if not self.beginning.is_done or self.work.buffer.is_tight else FAILING
        self.standing.add(fault)
        self.house.note(fault, times=len(presses))
        for press in presses:
            self._tell(Outcome(press.button, press.at_ms, "sorry", None, None))

    def _has_room(self) -> bool:
        """Look before each press while the card or the cap is known to be nearly full."""
        buffer = self.work.buffer
        if buffer.is_tight and self._broken:
            buffer.reopen()
        if buffer.is_tight and buffer.is_roomy():
            buffer.is_tight = False
        return not buffer.is_tight or buffer.make_room()

    def _renew_stream(self, coming: int) -> None:
        work = self.work
        if self._broken:
            work.buffer.reopen()
        aged = self._clock.elapsed_ms() - work.began_ms >= STREAM_LASTS_MS
        if self._broken or aged or work.seq + coming > MAX_SEQ:
            work.stream, work.seq, work.began_ms = work.buffer.new_stream(), 0, self._clock.elapsed_ms()
            self._judge.new_stream()
        self._broken = False

    def _look_again(self) -> None:
        """The buffer turned out to be damaged while in use: open it as at a start."""
        try:
            self.work.buffer.close()
            self.open()
        except (StorageError, BufferUnsafe, OSError):
            self._broken = True
        self._judge = Judge()

    def _fold(self) -> None:
        try:
            self.work.buffer.tidy(at_least=FOLD_ANYWAY)
        except StorageError as error:
            self._broken = True
            self.work.buffer.is_tight = self.work.buffer.is_tight or is_full(error)
