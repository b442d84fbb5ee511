"""Reactions whose time may still become surer, as ranges of a stream and boot, and their stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.analysis.times import PressTime
from server.database.driver import run, run_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


class Unsettled(NamedTuple):
    """A range of one stream with reactions of one boot; `looked` is what was known of that boot then, "" for nothing."""

    kiosk_id: int
    stream: int
    boot: int
    first_seq: int
    last_seq: int
    looked: str


class Stamped(NamedTuple):
    """One reaction's raw clocks, and the time that was worked out from them."""

    seq: int
    elapsed_ms: int
    wall_ms: int
    synced: bool
    time: PressTime


def note_unsettled(connection: Connection, rows: Sequence[Unsettled]) -> None:
    """Have these looked at again; a range that is known grows to hold them."""
    run_many(
        connection,
        "INSERT INTO unsettled (kiosk_id, stream, boot, first_seq, last_seq, looked) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (kiosk_id, stream, boot) DO UPDATE SET looked = excluded.looked,"
        " first_seq = CASE WHEN excluded.first_seq < unsettled.first_seq THEN excluded.first_seq ELSE unsettled.first_seq END,"
        " last_seq = CASE WHEN excluded.last_seq > unsettled.last_seq THEN excluded.last_seq ELSE unsettled.last_seq END",
        rows,
    )


def kiosks_with_unsettled(connection: Connection) -> list[int]:
    """The kiosks that have any."""
    return [row[0] for row in run(connection, "SELECT DISTINCT kiosk_id FROM unsettled ORDER BY kiosk_id")]


def unsettled_of(connection: Connection, kiosk_id: int) -> list[Unsettled]:
    """A kiosk's ranges, in the order of their streams."""
    statement = (
        "SELECT kiosk_id, stream, boot, first_seq, last_seq, looked FROM unsettled WHERE kiosk_id = ? ORDER BY stream, boot"
    )
    return [Unsettled(*row) for row in run(connection, statement, (kiosk_id,))]


def settle(connection: Connection, looked_at: Unsettled, still: Sequence[int], looked: str) -> None:
    """Keep of a range what may still become surer; does nothing when the range has grown since it was read."""
    same = "kiosk_id = ? AND stream = ? AND boot = ? AND first_seq = ? AND last_seq = ? AND looked = ?"
    if still:
        run(
            connection,
            f"UPDATE unsettled SET first_seq = ?, last_seq = ?, looked = ? WHERE {same}",  # noqa: S608
            (min(still), max(still), looked, *looked_at),
        )
    else:
        run(connection, f"DELETE FROM unsettled WHERE {same}", tuple(looked_at))  # noqa: S608


def stamps_between(connection: Connection, kiosk_id: int, stream: int, boot: int, first: int, last: int) -> list[Stamped]:
    """The reactions of a boot in a range of a stream, by seq."""
    rows = run(
        connection,
        "SELECT seq, elapsed_ms, wall_ms, synced, pressed_ms, uncertainty_ms, time_quality FROM reactions"
        " WHERE kiosk_id = ? AND stream = ? AND seq BETWEEN ? AND ? AND boot = ? ORDER BY seq",
        (kiosk_id, stream, first, last, boot),
    )
    return [
        Stamped(seq, elapsed_ms, wall_ms, bool(synced), PressTime(*time)) for seq, elapsed_ms, wall_ms, synced, *time in rows
    ]


def restamp(connection: Connection, kiosk_id: int, stream: int, times: Sequence[tuple[int, PressTime]]) -> None:
    """Give reactions (by seq) better times; the raw facts stay, and their figures are the caller's to move."""
    run_many(
        connection,
        "UPDATE reactions SET pressed_ms = ?, uncertainty_ms = ?, time_quality = ?"
        " WHERE kiosk_id = ? AND stream = ? AND seq = ?",
        [(*time, kiosk_id, stream, seq) for seq, time in times],
    )


def knowledge_of_boots(connection: Connection, kiosk_id: int) -> dict[int, tuple[str, str]]:
    """Of each boot of a kiosk, its buffer, and in few letters what its own requests told of its clock ("" for nothing)."""
    rows = run(
        connection,
        "SELECT b.number, b.buffer, b.offset_ms, COUNT(a.elapsed_ms), COALESCE(SUM(a.uncertainty_ms), 0) FROM boots b"
        " LEFT JOIN anchors a ON a.kiosk_id = b.kiosk_id AND a.boot = b.number WHERE b.kiosk_id = ?"
        " GROUP BY b.number, b.buffer, b.offset_ms",
        (kiosk_id,),
    )
    return {
        number: (buffer, "" if offset_ms is None and not count else f"{offset_ms} {count} {unsure}")
        for number, buffer, offset_ms, count, unsure in rows
    }
