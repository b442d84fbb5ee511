"""The buffer file: made whole or not at all, opened safely, its transactions, and what a full card takes to write at all.

One connection, owned by one thread, in exclusive locking: SQLite before 3.51.3 can damage a WAL that two connections share, and
nothing else has any business in this file. WAL with synchronous=FULL lost nothing in simulated power cuts; NORMAL lost in each.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from kiosk.ballast import Ballast
from kiosk.buffer import check, highs, schema, updating
from kiosk.buffer.transaction import Transaction, is_full
from kiosk.errors import BufferUnsafe
from kiosk.files import sync_folder
from kiosk.machine import free_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

T = TypeVar("T")
# The names by which the rest of the kiosk may catch what goes wrong here.
StorageError = sqlite3.Error
CanNotOpen = sqlite3.OperationalError
# Beyond the cap, for the changes that make room again: they may need a page before they give pages back.
HOUSE_PAGES = 64
# The WAL keeps so much room between two folds, enough for some hundred presses.
WAL_KEPT_BYTES = 1024 * 1024


class Limits(NamedTuple):
    """How long and how much the buffer keeps: days after the server's confirmation, and MiB of the file."""

    retention_days: int = 35
    buffer_mib: int = 128


USUAL = Limits()


class BufferFile:
    """The open file; every method is for the thread that opened it, and each change is one transaction.

    `generation` counts the buffers that this card had before, and matters only when the file has to be made.
    """

    def __init__(
        self,
        folder: Path,
        limits: Limits = USUAL,
        *,
        generation: int = 0,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self.path = folder / schema.NAME
        self.limits = limits
        self.ballast = Ballast(folder, free)
        # Whether cap or card were full lately, or nearly are: then there is a look before each press.
        self.is_tight = not self.ballast.leaves_room(inside=False)
        self._commits = self._rows = 0
        # The last stream and seq known to be on the card through this connection, and whether a later one may be.
        self._known: tuple[int, int] | None = None
        # The stream and seq up to which the server has confirmed more than the card says yet, see progress.py.
        self._confirmed: tuple[int, int] | None = None
        self._in_doubt = False
        self._conn: sqlite3.Connection
        if not self.path.exists():
            self._make(generation)
        check.check_header(self.path)
        self.open(examine=True)

    def open(self, *, examine: bool = False) -> None:
        """Open the file and read back what safety rests on; raises BufferUnsafe or StorageError, and Damaged on `examine`."""
        # isolation_level=None: transactions begin and end where this file says so, never behind its back.
        self._conn = sqlite3.connect(self.path, isolation_level=None, timeout=0)
        self._known = self._confirmed = None
        try:
            # Before WAL, so that no shared-memory file is made and a second program finds the file locked.
            self._conn.execute("PRAGMA locking_mode=EXCLUSIVE")
            if examine:
                check.examine(self._conn, self.path)
            self._set_and_check("journal_mode", "WAL", "wal")
            self._set_and_check("synchronous", "FULL", 2)
            self._set_and_check("locking_mode", "EXCLUSIVE", "exclusive")
            # Checkpoints happen when nobody waits for a light, see `fold`.
            self._set_and_check("wal_autocheckpoint", "0", 0)
            self._set_and_check("foreign_keys", "ON", 1)
            self._conn.execute("BEGIN IMMEDIATE")
            self._conn.execute("COMMIT")
            if examine:
                updating.bring_up_to_date(self._conn)
            self._conn.execute(f"PRAGMA journal_size_limit={WAL_KEPT_BYTES}")
            self._page_bytes = self._number("PRAGMA page_size")
            self._allow_pages(0)
            # After a failed sync the kernel may show data that the disk never got, and frames written behind it would be lost
            # with it. Folding writes all of it once more, and the WAL begins anew.
            self._surely(lambda: highs.settle(self._conn))
            self._surely(self.fold)
        except check.Damaged as damage:
            # Closing would fold the WAL into the file; whoever sets the files aside closes afterwards.
            damage.connection = self._conn
            raise
        except BaseException:
            self._conn.close()
            raise

    def reopen(self) -> None:
        """Open the file afresh after a failed transaction."""
        self._conn.close()
        self.open()

    def close(self) -> None:
        """Fold the WAL into the file and let go of it."""
        # A card that refuses is asked again at the next start.
        with contextlib.suppress(sqlite3.Error):
            self._raise_marks()
        self._conn.close()

    def cut_power(self) -> None:
        """Leave on the disk exactly what a power cut at this moment would leave: nothing is folded, nothing closed."""
        wal = self.path.with_name(f"{schema.NAME}-wal")
        files = [path for path in (self.path, wal) if path.exists()]
        for path in files:
            shutil.copyfile(path, path.with_name(f"{path.name}.cut"))
        self._conn.close()
        wal.unlink(missing_ok=True)
        for path in files:
            path.with_name(f"{path.name}.cut").replace(path)

    def tidy(self, *, at_least: int) -> None:
        """Fold the WAL into the file once `at_least` transactions, or rows, wait in it.

        Rows make the file grow when they are folded; with too many of them the ballast would not be room enough for that.
        """
        if max(self._commits, self._rows) >= at_least:
            self.fold()

    def fold(self) -> None:
        """Fold the WAL into the file; its room is kept for the next presses, and given back when room is short.

        Writing a file longer costs a sync of the card about half as much again as writing over what it has.
        """
        try:
            self._raise_marks()
        except sqlite3.Error as error:
            # The mark may trail, and folding may be what makes room for it.
            if not is_full(error):
                raise
        self._conn.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if self.is_tight else 'RESTART'})").fetchone()
        self._commits = self._rows = 0

    def probe(self) -> None:
        """Take the write lock and give it back, which writes nothing; raises StorageError when that is not possible."""
        self._conn.execute("BEGIN IMMEDIATE")
        self._conn.execute("COMMIT")

    # ---------- inside ----------

    def _make(self, generation: int) -> None:
        """Make the file under another name: a power cut leaves no half of it, and no old journal that would undo it."""
        draft = self.path.with_name(f".{schema.NAME}.new")
        for path in (draft, *(draft.with_name(f"{draft.name}{end}") for end in ("-wal", "-journal", "-shm"))):
            path.unlink(missing_ok=True)
        conn = sqlite3.connect(draft, isolation_level=None)
        try:
            # Nothing of this draft counts before it is synced as a whole.
            conn.execute("PRAGMA synchronous=OFF")
            conn.execute(f"PRAGMA application_id={schema.APPLICATION_ID}")
            updating.bring_up_to_date(conn)
            schema.fill_in(conn, generation)
            conn.execute("PRAGMA journal_mode=WAL")
        finally:
            conn.close()
        draft.chmod(0o600)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(self.path)
        sync_folder(self.path.parent)

    def _ahead(self) -> int:
        """Presses of the running stream that `streams.high` does not count yet, see highs.py."""
        if self._known is None:
            return 0
        number, seq = self._known
        return max(0, seq - self._number("SELECT high FROM streams WHERE number = ?", (number,)))

    def _trailing(self) -> int:
        """Confirmed presses that `streams.acknowledged` does not count yet, see progress.py."""
        if self._confirmed is None:
            return 0
        number, seq = self._confirmed
        return seq - self._number("SELECT acknowledged FROM streams WHERE number = ?", (number,))

    def _waiting(self) -> int:
        """Presses that the server has not confirmed."""
        marked = self._number("SELECT coalesce(sum(high - acknowledged), 0) FROM streams WHERE acknowledged < high")
        return marked + self._ahead() - self._trailing()

    def _raise_marks(self) -> None:
        """Bring `streams` up to the last press and the last confirmation; inside a transaction it becomes part of that."""
        if self._known is not None and self._ahead():
            number, seq = self._known
            self._conn.execute("UPDATE streams SET high = ? WHERE number = ?", (seq, number))
        if self._confirmed is not None:
            (number, seq), self._confirmed = self._confirmed, None
            self._conn.execute("UPDATE streams SET acknowledged = max(acknowledged, ?) WHERE number = ?", (seq, number))

    def _transaction(self) -> Transaction:
        self._commits += 1
        return Transaction(self._conn)

    def _surely(self, change: Callable[[], T]) -> T:
        """A change that must go through on a full card too, because such changes are what makes room or counts the refusals."""
        try:
            return change()
        except sqlite3.Error as error:
            if not is_full(error):
                raise
        self.is_tight = True
        self.ballast.let_go()
        self._allow_pages(HOUSE_PAGES)
        try:
            self.fold()
            done = change()
            self.fold()
        finally:
            self._allow_pages(0)
        return done

    def _allow_pages(self, more: int) -> None:
        # Per connection and not stored; SQLite itself never goes below what the file has.
        most = self.limits.buffer_mib * 1024 * 1024 // self._page_bytes + more
        self._conn.execute(f"PRAGMA max_page_count={most}")

    def _set_and_check(self, name: str, value: str, expected: str | int) -> None:
        self._conn.execute(f"PRAGMA {name}={value}")
        found = self._conn.execute(f"PRAGMA {name}").fetchone()[0]
        if found != expected:
            raise BufferUnsafe(f"The buffer can not be made safe: {name} is {found!r} instead of {expected!r}.")

    def _number(self, sql: str, values: Sequence[object] = ()) -> int:
        return int(self._conn.execute(sql, values).fetchone()[0])
