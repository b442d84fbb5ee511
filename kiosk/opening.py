"""Open the card's buffer, or set a damaged one aside and open a fresh one: starting never fails because of a damaged buffer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kiosk import quarantine
from kiosk.ballast import Ballast
from kiosk.buffer.check import Damaged
from kiosk.buffer.file import USUAL, Limits, StorageError
from kiosk.buffer.schema import NAME
from kiosk.buffer.transaction import has_no_room
from kiosk.buffer.whole import Buffer
from kiosk.errors import BufferUnsafe
from kiosk.machine import free_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiosk.clock import Clock


class Opened(NamedTuple):
    """A buffer in use, and why the one before it is not; None when it is that one."""

    buffer: Buffer
    damage: str | None


def open_buffer(folder: Path, clock: Clock, limits: Limits = USUAL, free: Callable[[Path], int] = free_bytes) -> Opened:
    """A sound buffer of this folder; raises StorageError or BufferUnsafe when the card itself does not let one be."""
    try:
        return _open(folder, clock, limits, free)
    except (StorageError, OSError) as error:
        if not has_no_room(error):
            raise
    # A full card takes neither a new file nor a moved one.
    Ballast(folder, free).let_go()
    return _open(folder, clock, limits, free)


def _open(folder: Path, clock: Clock, limits: Limits, free: Callable[[Path], int]) -> Opened:
    reason = _gone(folder)
    if reason is None:
        try:
            return Opened(Buffer(folder, limits, generation=quarantine.generation(folder), free=free), None)
        except Damaged as damage:
            reason = str(damage)
            try:
                _set_aside(folder, reason, clock, limits)
            finally:
                _let_go(damage)
    elif quarantine.orphans(folder):
        _set_aside(folder, reason, clock, limits)
    try:
        return Opened(Buffer(folder, limits, generation=quarantine.generation(folder), free=free), reason)
    except Damaged as damage:
        _let_go(damage)
        raise BufferUnsafe(f"A buffer made afresh is damaged already: {damage}. Replace the card.") from damage


def _gone(folder: Path) -> str | None:
    """Why a missing buffer is no first start; None when it is one, or when the buffer is there."""
    if (folder / NAME).exists():
        return None
    if quarantine.orphans(folder):
        return "only its WAL was there"
    # It is made after the first buffer.
    return "the file was gone" if Ballast(folder, free_bytes).is_there() else None


def _set_aside(folder: Path, reason: str, clock: Clock, limits: Limits) -> None:
    quarantine.set_aside(folder, reason, clock.boot_id(), clock.wall_ms(), limits.buffer_mib * 1024 * 1024)


def _let_go(damage: Damaged) -> None:
    try:
        damage.let_go()
    except StorageError:
        # Folding a damaged file may fail; its files are out of the way already.
        return
