"""The server's own judgement of stored reactions: which it may judge anew, and giving them another reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.codes import MARKS, REASONS
from server.database.driver import run, run_many
from server.database.reactions import POLARITY_OF_ANSWER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

# The dimension of what shoppers are asked.
SHOPPERS = "CX"
# A stream lasts a week at most, so one that was first heard of long before a moment holds nothing of it.
STREAM_LASTS_MS = 8 * 86_400_000


class Timed(NamedTuple):
    """A shopper's vote that counts, or does not for its hour alone: where and when it was pressed."""

    seq: int
    store_id: int
    pressed_ms: int
    uncertainty_ms: int
    quality: int
    out_of_hours: bool


class RunPress(NamedTuple):
    """A vote of a run: its place, its polarity (a column of analysis.tallies), and its reason's number."""

    stream: int
    seq: int
    polarity: int
    reason: int


def timed_votes(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> list[Timed]:
    """The votes in a range of a stream that opening hours may judge, by seq."""
    rows = run(
        connection,
        "SELECT r.seq, p.store_id, r.pressed_ms, r.uncertainty_ms, r.time_quality, r.reason FROM reactions r"
        " JOIN placements p ON p.id = r.placement_id JOIN questions q ON q.id = r.question_id"
        " WHERE r.kiosk_id = ? AND r.stream = ? AND r.seq BETWEEN ? AND ?"
        " AND r.mark = ? AND r.reason IN (?, ?) AND q.dimension = ? ORDER BY r.seq",
        (kiosk_id, stream, first, last, MARKS["vote"], REASONS[""], REASONS["out-of-hours"], SHOPPERS),
    )
    return [
        Timed(seq, store_id, pressed_ms, unsure_ms, quality, reason == REASONS["out-of-hours"])
        for seq, store_id, pressed_ms, unsure_ms, quality, reason in rows
    ]


def streams_of_store(connection: Connection, store_id: int, from_ms: int) -> list[tuple[int, int]]:
    """Kiosk and number of the streams that may hold presses of a store since a moment."""
    rows = run(
        connection,
        "SELECT kiosk_id, number FROM streams WHERE first_ms >= ? AND kiosk_id IN"
        " (SELECT kiosk_id FROM placements WHERE store_id = ?) ORDER BY kiosk_id, number",
        (from_ms - STREAM_LASTS_MS, store_id),
    )
    return [(kiosk_id, number) for kiosk_id, number in rows]


def run_presses(
    connection: Connection, kiosk_id: int, placement_id: int, question_id: int, from_ms: int, until_ms: int
) -> list[RunPress]:
    """The votes on a question at a place in [from, until) that count, or would but for a decision, in the order of streams.

    That order is the one in which ingest locks streams: by their tokens.
    """
    rows = run(
        connection,
        "SELECT r.stream, r.seq, r.answer_id, r.reason FROM streams s"
        " JOIN reactions r ON r.kiosk_id = s.kiosk_id AND r.stream = s.number"
        " WHERE s.kiosk_id = ? AND s.first_ms >= ? AND r.placement_id = ? AND r.question_id = ? AND r.mark = ?"
        " AND r.reason IN (?, ?) AND r.pressed_ms >= ? AND r.pressed_ms < ? AND r.uncertainty_ms < 1800000"
        " ORDER BY s.token, r.seq",
        (
            *(kiosk_id, from_ms - STREAM_LASTS_MS, placement_id, question_id, MARKS["vote"]),
            *(REASONS[""], REASONS["closing-run"], from_ms, until_ms),
        ),
    )
    return [RunPress(stream, seq, POLARITY_OF_ANSWER[answer], reason) for stream, seq, answer, reason in rows]


def give_reasons(connection: Connection, kiosk_id: int, stream: int, reasons: Mapping[int, str]) -> None:
    """Give votes (by seq) another reason, "" to let them count; their figures are the caller's to move."""
    run_many(
        connection,
        "UPDATE reactions SET reason = ?, counted = ? WHERE kiosk_id = ? AND stream = ? AND seq = ?",
        [(REASONS[reason], not reason, kiosk_id, stream, seq) for seq, reason in sorted(reasons.items())],
    )
