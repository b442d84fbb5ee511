"""Held reactions: stored raw under the reason they can not be counted for, waiting for someone to look."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run, run_many
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


def hold(connection: Connection, rows: Sequence[HeldRow]) -> None:
    """Keep these; one that is already kept with the same content stays as it is."""
    run_many(
        connection,
        "INSERT INTO held (kiosk_id, stream, seq, code, sender_id, content, received_ms, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kiosk_id, stream, seq, code, digest) DO NOTHING",
        [(*row, _digest(row)) for row in rows],
    )


def held_between(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> dict[int, bytes]:
    """Content of the held reactions that stand at their seq in a range of a stream."""
    rows = run(
        connection,
        "SELECT seq, content FROM held WHERE kiosk_id = ? AND stream = ? AND seq BETWEEN ? AND ? AND code NOT IN (?, ?)",
        (kiosk_id, stream, first, last, *BESIDE),
    )
    return {seq: bytes(content) for seq, content in rows}


def _digest(row: HeldRow) -> str:
    return hashlib.sha256(b"%d:" % row.sender_id + row.content).hexdigest()[:16]
