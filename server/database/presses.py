"""Stored reactions read back as presses to count, each with its day and hour on the clock of its store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.analysis.tallies import DAY_UNCERTAINTY_MS, HOUR_UNCERTAINTY_MS, NO_PRESSES, Meaning, Presses
from server.database.codes import ASIDE_OF_MARK, ASIDE_OF_REASON
from server.database.driver import marks, run
from server.database.local_time import QUARTER_MS, Quarters, quarters_of
from server.database.reactions import POLARITY_OF_ANSWER
from server.database.streams import arrivals_of_stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from server.database.reactions import ReactionRow

PRESSES = (
    "SELECT r.stream, r.seq, r.boot, r.elapsed_ms, r.placement_id, r.question_id, q.signal, r.faces, r.answer_id, r.counted,"
    " r.pressed_ms, r.uncertainty_ms, r.visit, s.timezone, r.mark, r.reason"
    " FROM reactions r JOIN questions q ON q.id = r.question_id"
    " JOIN placements p ON p.id = r.placement_id JOIN stores s ON s.id = p.store_id"
    " WHERE r.kiosk_id = ?"
)


def presses_of_stream(
    connection: Connection, kiosk_id: int, stream: int, arrived_ms: int, seqs: Sequence[int] | None = None
) -> Presses:
    """A stream's presses by seq, or some of them; `arrived_ms` stands for those that the ledger does not hold yet."""
    statement = PRESSES + " AND r.stream = ?"
    values: tuple[int, ...] = (kiosk_id, stream)
    if seqs is not None:
        statement, values = f"{statement} AND r.seq IN ({marks(len(seqs))})", (*values, *seqs)
    return _presses(connection, kiosk_id, run(connection, statement + " ORDER BY r.seq", values).all(), arrived_ms)


def presses_between(connection: Connection, kiosk_id: int, stream: int, first: int, last: int, arrived_ms: int) -> Presses:
    """The presses of a range of a stream, by seq; `arrived_ms` as above."""
    statement = PRESSES + " AND r.stream = ? AND r.seq BETWEEN ? AND ? ORDER BY r.seq"
    return _presses(connection, kiosk_id, run(connection, statement, (kiosk_id, stream, first, last)).all(), arrived_ms)


def presses_of_rows(connection: Connection, kiosk_id: int, rows: Sequence[ReactionRow]) -> Presses:
    """The presses that these reactions of one stream are, wherever they were read."""
    signals = {row[0]: row[1] for row in run(connection, "SELECT id, signal FROM questions")}
    zones = run(
        connection,
        "SELECT p.id, s.timezone FROM placements p JOIN stores s ON s.id = p.store_id WHERE p.kiosk_id = ?",
        (kiosk_id,),
    )
    zone_of = {row[0]: row[1] for row in zones}
    joined = [
        (
            *(row.stream, row.seq, row.boot, row.elapsed_ms, row.placement_id, row.question_id, signals[row.question_id]),
            *(row.faces, row.answer_id, row.counted, row.pressed_ms, row.uncertainty_ms, row.visit),
            *(zone_of[row.placement_id], row.mark, row.reason),
        )
        for row in rows
    ]
    return _presses(connection, kiosk_id, joined, 0)


def days_and_hours(
    zones: Sequence[Quarters], pressed_ms: Sequence[int], uncertainty_ms: Sequence[int]
) -> tuple[list[int | None], list[int | None]]:
    """Local days and hours of presses, each on the clock of its store; None where the time is too uncertain for one."""
    moments = [
        zone[at_ms // QUARTER_MS] if unsure_ms < DAY_UNCERTAINTY_MS else (None, None)
        for zone, at_ms, unsure_ms in zip(zones, pressed_ms, uncertainty_ms, strict=True)
    ]
    hours = [
        hour if unsure_ms < HOUR_UNCERTAINTY_MS else None for (_, hour), unsure_ms in zip(moments, uncertainty_ms, strict=True)
    ]
    return [day for day, _ in moments], hours


def _presses(connection: Connection, kiosk_id: int, rows: Sequence[Sequence[Any]], arrived_ms: int) -> Presses:
    if not rows:
        return NO_PRESSES
    (stream, *_), seqs, boots, elapsed_ms, *said, counted, pressed_ms, unsure_ms, visits, zones, given, reasons = zip(
        *rows, strict=True
    )
    answers = list(zip(*said, strict=True))
    meaning_of = {answer: Meaning._make((*answer[:4], POLARITY_OF_ANSWER[answer[4]])) for answer in set(answers)}
    asides = [
        0 if counts else ASIDE_OF_MARK[mark] or ASIDE_OF_REASON[reason]
        for counts, mark, reason in zip(counted, given, reasons, strict=True)
    ]
    clocks = [quarters_of(zone) for zone in zones]
    days, hours = days_and_hours(clocks, pressed_ms, unsure_ms)
    received = _receipts(connection, kiosk_id, stream) if None in days else {}
    arrival_days = [
        clock[received.get(seq, arrived_ms) // QUARTER_MS][0] if day is None else day
        for clock, seq, day in zip(clocks, seqs, days, strict=True)
    ]
    meanings = [meaning_of[answer] for answer in answers]
    return Presses(seqs, boots, elapsed_ms, meanings, asides, days, hours, arrival_days, visits)


def _receipts(connection: Connection, kiosk_id: int, stream: int) -> dict[int, int]:
    return {
        seq: received
        for first, last, received in arrivals_of_stream(connection, kiosk_id, stream)
        for seq in range(first, last + 1)
    }
