"""Held reactions: stored raw under the reason they can not be counted for, waiting for someone to look."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import marks, run, run_many
from wire import codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

# These do not stand at their seq: another reaction is stored there, or will be.
BESIDE = (codes.HELD_CONTENT_CONFLICT, codes.HELD_FOREIGN_STREAM)


class HeldRow(NamedTuple):
    """One held reaction: the stream it was sent for, its seq, why, by whom it was sent, and its content."""

    kiosk_id: int
    stream: int
    seq: int
    code: str
    sender_id: int
    content: bytes
    received_ms: int


HOLD = (
    "INSERT INTO held (kiosk_id, stream, seq, code, sender_id, content, received_ms, digest)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kiosk_id, stream, seq, code, digest) DO NOTHING"
)


def hold(connection: Connection, rows: Sequence[HeldRow]) -> None:
    """Keep these; one that is already kept with the same content stays as it is."""
    run_many(connection, HOLD, [(*row, _digest(row)) for row in rows])


def name_of(row: HeldRow) -> str:
    """What distinguishes a held row from all others of its seq."""
    return f"{row.code}:{_digest(row)}"


def hold_apart(connection: Connection, rows: Sequence[HeldRow]) -> list[HeldRow]:
    """Keep what is held beside other reactions, and return what was not kept yet: only that is news for the ledger."""
    return [row for row in rows if run(connection, HOLD, (*row, _digest(row))).rowcount]


def held_between(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> dict[int, bytes]:
    """Content of the held reactions that stand at their seq in a range of a stream."""
    rows = run(
        connection,
        "SELECT seq, content FROM held WHERE kiosk_id = ? AND stream = ? AND seq BETWEEN ? AND ? AND code NOT IN (?, ?)",
        (kiosk_id, stream, first, last, *BESIDE),
    )
    return {seq: bytes(content) for seq, content in rows}


class HeldCount(NamedTuple):
    """How many reactions of a kiosk (by code) are held for one reason, and when the first and the last of them came."""

    kiosk: str
    code: str
    reactions: int
    first_ms: int
    last_ms: int


def held_counts(connection: Connection) -> list[HeldCount]:
    """What is held, by the kiosk that sent it and the reason."""
    rows = run(
        connection,
        "SELECT k.code, h.code, COUNT(*), MIN(h.received_ms), MAX(h.received_ms) FROM held h"
        " JOIN kiosks k ON k.id = h.sender_id GROUP BY k.code, h.code ORDER BY k.code, h.code",
    )
    return [HeldCount(*row) for row in rows]


def streams_with_held(connection: Connection, codes: Sequence[str], kiosk_id: int | None) -> list[tuple[int, int]]:
    """Owner and number of the streams with reactions held for these reasons, of one kiosk or of all."""
    statement = f"SELECT DISTINCT kiosk_id, stream FROM held WHERE code IN ({marks(len(codes))})"  # noqa: S608
    values: tuple[str | int, ...] = tuple(codes)
    if kiosk_id is not None:
        statement, values = f"{statement} AND kiosk_id = ?", (*values, kiosk_id)
    return [(owner, number) for owner, number in run(connection, f"{statement} ORDER BY kiosk_id, stream", values)]


def held_of_stream(connection: Connection, kiosk_id: int, stream: int, codes: Sequence[str]) -> list[HeldRow]:
    """A stream's reactions that are held for these reasons, by seq."""
    rows = run(
        connection,
        "SELECT kiosk_id, stream, seq, code, sender_id, content, received_ms FROM held"  # noqa: S608
        f" WHERE kiosk_id = ? AND stream = ? AND code IN ({marks(len(codes))}) ORDER BY seq",
        (kiosk_id, stream, *codes),
    )
    return [HeldRow(*row)._replace(content=bytes(row[5])) for row in rows]


def drop_held(connection: Connection, rows: Sequence[HeldRow]) -> None:
    """Forget these: they are stored as reactions now."""
    run_many(
        connection,
        "DELETE FROM held WHERE kiosk_id = ? AND stream = ? AND seq = ? AND code = ? AND digest = ?",
        [(*row[:4], _digest(row)) for row in rows],
    )


def _digest(row: HeldRow) -> str:
    return hashlib.sha256(b"%d:" % row.sender_id + row.content).hexdigest()[:16]
