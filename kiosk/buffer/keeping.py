"""What the buffer may delete, and when: confirmed and backed-up rows after their time, confirmed ones when room runs out.

A row that the server has not confirmed is never deleted. When only such rows are left, presses are refused.
"""

from __future__ import annotations

from typing import NamedTuple

from kiosk.buffer.file import BufferFile

DAY_MS = 86_400_000
# Rows a transaction deletes at most: a press must not wait long behind it.
ROWS_AT_ONCE = 2_000
# Pages that a press may need at most, with room for its share of the tables' inner pages.
PRESS_PAGES = 8
# Shares of the cap: above the first, rows that only the server has are deleted too, until the file is below the second.
CROWDED, EASY = 0.90, 0.85


class _Trim(NamedTuple):
    """Rows of one stream to delete: those up to `seq`."""

    stream: int
    seq: int


class Keeping(BufferFile):
    """The part of the buffer that makes room."""

    def retain(self, boot: int, elapsed_ms: int) -> int:
        """Delete rows that the server confirmed longer ago than the limit and has in a backup; answers how many.

        Does nothing in a boot that never met the server, because nobody else tells how late it is.
        """
        row = self._conn.execute(
            "SELECT server_ms - elapsed_ms FROM anchors WHERE boot = ? ORDER BY elapsed_ms DESC LIMIT 1", (boot,)
        ).fetchone()
        if row is None:
            return 0
        server_ms = row[0] + elapsed_ms
        self._surely(lambda: self._note_confirmed(server_ms))
        due = self._conn.execute(
            "SELECT number, min(acknowledged, safe, (SELECT max(seq) FROM confirmed WHERE stream = number AND server_ms <= ?))"
            " AS upto FROM streams WHERE upto > trimmed ORDER BY number",
            (server_ms - self.limits.retention_days * DAY_MS,),
        ).fetchall()
        return sum(self._trim(_Trim(*found)) for found in due)

    def ease(self) -> int:
        """Near the cap, delete confirmed rows, those with a backup first; answers how many."""
        pages = self._most_pages()
        if self._used_pages() <= CROWDED * pages:
            return 0
        deleted = 0
        while self._used_pages() > EASY * pages and (trim := self._spare_rows()) is not None:
            deleted += self._trim(trim, most=ROWS_AT_ONCE)
        return deleted

    def has_room(self) -> bool:
        """Whether cap and card take another press."""
        inside = self._free_pages() >= PRESS_PAGES
        fits = inside or self._most_pages() - self._number("PRAGMA page_count") >= PRESS_PAGES
        return fits and self.ballast.leaves_room(inside=inside)

    def is_roomy(self) -> bool:
        """Whether there is room for many presses and the ballast is in its place, so that nobody need look before each."""
        self.ballast.tend()
        has_reserve = self.ballast.is_there() and self.ballast.leaves_room(inside=False)
        return has_reserve and self._used_pages() <= CROWDED * self._most_pages()

    def make_room(self) -> bool:
        """Fold and delete what may go until a press fits again; answers whether one does."""
        if self.has_room():
            return True
        if not self.ballast.leaves_room(inside=True):
            self.ballast.let_go()
        if self._commits:
            self.fold()
        while self._free_pages() < PRESS_PAGES and (trim := self._spare_rows()) is not None:
            self._trim(trim, most=ROWS_AT_ONCE)
            self.fold()
        return self.has_room()

    def _most_pages(self) -> int:
        return self._number("PRAGMA max_page_count")

    def _free_pages(self) -> int:
        return self._number("PRAGMA freelist_count")

    def _used_pages(self) -> int:
        return self._number("PRAGMA page_count") - self._free_pages()

    def _note_confirmed(self, server_ms: int) -> None:
        fresh = (
            "FROM streams WHERE acknowledged > max(trimmed,"
            " coalesce((SELECT max(seq) FROM confirmed WHERE stream = number), 0))"
        )
        if self._number(f"SELECT count(*) {fresh}"):
            with self._transaction():
                self._conn.execute(f"INSERT INTO confirmed SELECT number, acknowledged, ? {fresh}", (server_ms,))

    def _spare_rows(self) -> _Trim | None:
        row = self._conn.execute(
            "SELECT number, CASE WHEN min(acknowledged, safe) > trimmed THEN min(acknowledged, safe) ELSE acknowledged END"
            " FROM streams WHERE acknowledged > trimmed ORDER BY min(acknowledged, safe) > trimmed DESC, number LIMIT 1"
        ).fetchone()
        return None if row is None else _Trim(*row)

    def _trim(self, trim: _Trim, most: int | None = None) -> int:
        """Delete one stream's rows in order, in small transactions; `most` ends it early."""
        deleted = 0
        begun = self._number("SELECT trimmed FROM streams WHERE number = ?", (trim.stream,))
        for last in range(begun, trim.seq, ROWS_AT_ONCE):
            upto = min(last + ROWS_AT_ONCE, trim.seq)
            deleted += self._surely(lambda upto=upto: self._delete(trim.stream, upto))  # type: ignore[misc]
            if most is not None and deleted >= most:
                break
        return deleted

    def _delete(self, stream: int, upto: int) -> int:
        with self._transaction():
            gone = self._conn.execute("DELETE FROM reactions WHERE stream = ? AND seq <= ?", (stream, upto)).rowcount
            self._conn.execute("UPDATE streams SET trimmed = ? WHERE number = ?", (upto, stream))
            self._conn.execute("DELETE FROM confirmed WHERE stream = ? AND seq <= ?", (stream, upto))
        return gone
