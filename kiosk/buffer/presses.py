"""Presses into the buffer: boots, streams, rows and the totals, each on the card when the call returns."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kiosk.buffer import highs
from kiosk.buffer.file import BufferFile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wire.messages import Reaction


INSERT = (
    "INSERT INTO reactions (stream, seq, elapsed_ms, wall_ms, synced, boot, button, config_version, visit, mark)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Stream(NamedTuple):
    """One start of the program: its token, and the stream before it."""

    number: int
    token: str
    parent: str | None


class Counts(NamedTuple):
    """The whole buffer in numbers."""

    thanked: int
    refused: int
    waiting: int
    acknowledged: int


class Presses(BufferFile):
    """The part of the buffer that the press path uses."""

    def boot_number(self, boot_id: str, elapsed_ms: int) -> int:
        """This buffer's number of a boot, given on first sight; numbers grow."""
        row = self._conn.execute("SELECT number FROM boots WHERE boot_id = ?", (boot_id,)).fetchone()
        if row is not None:
            return int(row[0])
        with self._transaction():
            self._raise_marks()
            self._close_last_boot()
            cursor = self._conn.execute("INSERT INTO boots (boot_id, last_elapsed_ms) VALUES (?, ?)", (boot_id, elapsed_ms))
        return int(cursor.lastrowid or 0)

    def new_stream(self) -> Stream:
        """Begin a stream: a random token, because a counter would repeat itself on an old image of this card."""
        token = os.urandom(16).hex()
        # A stream salvaged from a damaged buffer is no parent: "the stream before it in the same buffer".
        row = self._conn.execute("SELECT token FROM streams WHERE buffer IS NULL ORDER BY number DESC LIMIT 1").fetchone()
        parent = row[0] if row else None
        with self._transaction():
            # The stream before it is complete; only the newest may be ahead of its row.
            self._raise_thanked()
            cursor = self._conn.execute("INSERT INTO streams (token, parent) VALUES (?, ?)", (token, parent))
        return Stream(int(cursor.lastrowid or 0), token, parent)

    def append(self, stream: Stream, first_seq: int, reactions: Sequence[Reaction]) -> None:
        """Store consecutive presses in one transaction; when this returns they are on the card.

        After any StorageError it is not known whether they are; calling again after `reopen` with the same seqs settles it.
        """
        place = (stream.number, first_seq - 1)
        known = place[1] if self._known == place and not self._in_doubt else highs.last_press(self._conn, stream.number)
        fresh = [(stream.number, seq, *reaction) for seq, reaction in enumerate(reactions, first_seq) if seq > known]
        if not fresh:
            # They came back with the reopened file, but perhaps only from memory: a sync that failed leaves pages clean that
            # are not on the card. Folding writes and syncs them anew, or fails, and then nobody is thanked.
            self.fold()
            return
        self._in_doubt = True
        # One page and no more: the stream's length, the boot's and the card's total follow from these rows, see below.
        if len(fresh) == 1:
            # A statement alone is a transaction of its own, begun and committed by SQLite without being asked for it.
            self._commits += 1
            self._conn.execute(INSERT, fresh[0])
        else:
            with self._transaction():
                self._conn.executemany(INSERT, fresh)
        self._in_doubt = False
        self._known = (stream.number, fresh[-1][1])
        self._rows += len(fresh)

    def add_refused(self, count: int) -> None:
        """Add presses that were answered with sorry."""

        def add() -> None:
            with self._transaction():
                self._conn.execute("UPDATE card SET refused = refused + ?", (count,))
                self._raise_thanked()

        self._surely(add)

    def alive(self, boot: int, elapsed_ms: int) -> None:
        """Note that this boot has run at least so far, which bounds the times of boots that never met the server."""
        with self._transaction():
            self._conn.execute(
                "UPDATE boots SET last_elapsed_ms = max(last_elapsed_ms, ?) WHERE number = ?", (elapsed_ms, boot)
            )
            self._raise_thanked()

    def counts(self) -> Counts:
        """How many presses were thanked for, refused, wait, and are with the server; salvaged ones included."""
        refused, marked = self._conn.execute(
            "SELECT refused, (SELECT coalesce(sum(high), 0) FROM streams) FROM card"
        ).fetchone()
        thanked, waiting = marked + self._ahead(), self._waiting()
        return Counts(thanked, refused, waiting, thanked - waiting)

    def _close_last_boot(self) -> None:
        """The boot before this one has run at least until its last press."""
        row = self._conn.execute(
            "SELECT boot, elapsed_ms FROM reactions WHERE stream ="
            " (SELECT max(number) FROM streams WHERE buffer IS NULL AND high > trimmed) ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        if row is not None:
            self._conn.execute("UPDATE boots SET last_elapsed_ms = max(last_elapsed_ms, ?) WHERE number = ?", (row[1], row[0]))

    def _raise_thanked(self) -> None:
        """The card's total is the sum of its streams; it is written now and then for the first release, which reads it."""
        self._raise_marks()
        self._conn.execute("UPDATE card SET thanked = (SELECT coalesce(sum(high), 0) FROM streams WHERE buffer IS NULL)")
