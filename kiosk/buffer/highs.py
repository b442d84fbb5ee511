"""How far a stream goes: `streams.high`, which for the running stream may trail its last press.

A press writes its own row and nothing else, so that a commit is one page of the card and not two. The high mark is raised with
the next change that is made anyway (a confirmation, another stream), before each fold, and at the next start. So only the
newest stream of a buffer can have presses above its mark, they follow it without a hole, and the file itself, without its WAL,
has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiosk.buffer.transaction import Transaction

if TYPE_CHECKING:
    import sqlite3


def last_press(conn: sqlite3.Connection, number: int) -> int:
    """The seq of a stream's last press, 0 without one; retention may have deleted the row."""
    [[last]] = conn.execute(
        "SELECT max(high, coalesce((SELECT max(seq) FROM reactions WHERE stream = number), 0)) FROM streams WHERE number = ?",
        (number,),
    )
    return int(last)


def settle(conn: sqlite3.Connection) -> None:
    """Raise the mark that a power cut left behind."""
    row = conn.execute("SELECT number, high FROM streams WHERE buffer IS NULL ORDER BY number DESC LIMIT 1").fetchone()
    if row is not None and (last := last_press(conn, row[0])) > row[1]:
        with Transaction(conn):
            conn.execute("UPDATE streams SET high = ? WHERE number = ?", (last, row[0]))
