"""Reactions: storing new ones, and reading stored ones back as facts to compare or as presses to count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from server.analysis.cuts import Place
from server.analysis.tallies import DAY_UNCERTAINTY_MS, HOUR_UNCERTAINTY_MS, POLARITY_COLUMNS, Press
from server.database.codes import ANSWERS, ASIDE_OF_MARK, ASIDE_OF_REASON, REASONS
from server.database.driver import copy_in, marks, run, run_many
from server.database.local_time import local_day_and_hour
from server.database.streams import arrivals_of_stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

POLARITY_OF_ANSWER = {number: POLARITY_COLUMNS[polarity] for number, polarity in ANSWERS.values()}


class ReactionRow(NamedTuple):
    """One row of the reactions table, in the table's order."""

    kiosk_id: int
    stream: int
    seq: int
    boot: int
    elapsed_ms: int
    wall_ms: int
    synced: bool
    config_version: int
    button: str
    visit: int | None
    mark: int
    placement_id: int
    question_id: int
    answer_id: int
    faces: int
    reason: int
    counted: bool
    pressed_ms: int
    uncertainty_ms: int
    time_quality: int


class RawFacts(NamedTuple):
    """What of a reaction never changes: its content, as two senders of one identity are compared."""

    boot: int
    elapsed_ms: int
    wall_ms: int
    synced: bool
    config_version: int
    button: str
    visit: int | None
    mark: int


# Whose reason may be taken back when a time becomes surer, hours are put right or somebody decides otherwise.
MAY_COUNT_AGAIN = (REASONS["out-of-hours"], REASONS["closing-run"])


class NearPress(NamedTuple):
    """One stored reaction, as far as it matters to those pressed soon after it.

    Also one that may count again is `counted` here: what it was pressed with stays so.
    """

    seq: int
    boot: int
    elapsed_ms: int
    question: int
    counted: bool


# From here on COPY costs less than a statement for each row: a fifth for 500, less than arrays through unnest (bench.postgres).
WORTH_COPYING = 5
# Two minutes of hands that press five times a second: how far back a search goes along the key.
MOST_NEAR = 600

INSERT = f"INSERT INTO reactions ({', '.join(ReactionRow._fields)}) VALUES ({marks(len(ReactionRow._fields))})"  # noqa: S608
PRESSES = (
    "SELECT r.stream, r.seq, r.boot, r.elapsed_ms, r.placement_id, r.question_id, q.signal, r.faces, r.answer_id, r.counted,"
    " r.pressed_ms, r.uncertainty_ms, r.visit, s.timezone, r.mark, r.reason"
    " FROM reactions r JOIN questions q ON q.id = r.question_id"
    " JOIN placements p ON p.id = r.placement_id JOIN stores s ON s.id = p.store_id"
    " WHERE r.kiosk_id = ?"
)


def insert_reactions(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Store new reactions (tuples like ReactionRow); one that is there already fails them all."""
    if connection.dialect.name == "postgresql" and len(rows) >= WORTH_COPYING:
        copy_in(connection, "reactions", ReactionRow._fields, rows)
    else:
        run_many(connection, INSERT, rows)


def facts_between(connection: Connection, kiosk_id: int, stream: int, first: int, last: int) -> dict[int, RawFacts]:
    """The stored facts of a range of a stream, by seq."""
    rows = run(
        connection,
        "SELECT seq, boot, elapsed_ms, wall_ms, synced, config_version, button, visit, mark FROM reactions"
        " WHERE kiosk_id = ? AND stream = ? AND seq BETWEEN ? AND ?",
        (kiosk_id, stream, first, last),
    )
    return {row[0]: RawFacts(row[1], row[2], row[3], bool(row[4]), *row[5:]) for row in rows}


def last_of_question(
    connection: Connection, kiosk_id: int, stream: int, question_id: int, before: int
) -> tuple[Any, ...] | None:
    """Seq, boot, elapsed_ms, mark and counted (as in NearPress) of a stream's last press of one question before a seq."""
    # A mash is two presses in a moment: whatever lies further back than this is not its first half.
    return run(
        connection,
        "SELECT seq, boot, elapsed_ms, mark, counted OR reason IN (?, ?) FROM reactions"
        " WHERE kiosk_id = ? AND stream = ? AND seq < ? AND seq >= ? AND question_id = ? ORDER BY seq DESC LIMIT 1",
        (*MAY_COUNT_AGAIN, kiosk_id, stream, before, before - 20, question_id),
    ).first()


def presses_since(connection: Connection, kiosk_id: int, stream: int, boot: int, since_ms: int, before: int) -> list[NearPress]:
    """A stream's presses of one boot after an elapsed time and before a seq, in the order of their seq."""
    rows = run(
        connection,
        "SELECT seq, boot, elapsed_ms, question_id, counted OR reason IN (?, ?) FROM reactions"
        " WHERE kiosk_id = ? AND stream = ? AND seq < ? AND seq >= ? AND boot = ? AND elapsed_ms > ? ORDER BY seq",
        (*MAY_COUNT_AGAIN, kiosk_id, stream, before, before - MOST_NEAR, boot, since_ms),
    )
    return [NearPress(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


def stop_counting(connection: Connection, kiosk_id: int, stream: int, seq: int, reason: str) -> None:
    """The server's own judgement of one reaction; the raw facts stay. Its figures are the caller's to move."""
    run(
        connection,
        "UPDATE reactions SET reason = ?, counted = ? WHERE kiosk_id = ? AND stream = ? AND seq = ?",
        (REASONS[reason], False, kiosk_id, stream, seq),
    )


def presses_of_stream(
    connection: Connection, kiosk_id: int, stream: int, arrived_ms: int, seqs: Sequence[int] | None = None
) -> list[Press]:
    """A stream's presses by seq, or some of them; `arrived_ms` stands for those that the ledger does not hold yet."""
    statement = PRESSES + " AND r.stream = ?"
    values: tuple[int, ...] = (kiosk_id, stream)
    if seqs is not None:
        statement, values = f"{statement} AND r.seq IN ({marks(len(seqs))})", (*values, *seqs)
    rows = run(connection, statement + " ORDER BY r.seq", values).all()
    return list(_presses(connection, kiosk_id, rows, arrived_ms))


def presses_between(connection: Connection, kiosk_id: int, stream: int, first: int, last: int, arrived_ms: int) -> list[Press]:
    """The presses of a range of a stream, by seq; `arrived_ms` as above."""
    statement = PRESSES + " AND r.stream = ? AND r.seq BETWEEN ? AND ? ORDER BY r.seq"
    rows = run(connection, statement, (kiosk_id, stream, first, last)).all()
    return list(_presses(connection, kiosk_id, rows, arrived_ms))


def presses_of_rows(connection: Connection, kiosk_id: int, rows: Sequence[ReactionRow]) -> list[Press]:
    """The presses that these reactions of a kiosk are, wherever they were read."""
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
    return list(_presses(connection, kiosk_id, joined, 0))


def places_of_stream(connection: Connection, kiosk_id: int, stream: int) -> list[Place]:
    """What ties each press of a stream to others, by seq."""
    statement = "SELECT seq, boot, elapsed_ms, visit FROM reactions WHERE kiosk_id = ? AND stream = ? ORDER BY seq"
    return [Place(*row) for row in run(connection, statement, (kiosk_id, stream))]


def last_in_clusters(connection: Connection, kiosk_id: int, stream: int) -> dict[int, int]:
    """The last seq of each question of a stream that stands in a cluster: counted, and sure of its day."""
    rows = run(
        connection,
        "SELECT question_id, MAX(seq) FROM reactions WHERE kiosk_id = ? AND stream = ? AND counted = ? AND uncertainty_ms < ?"
        " GROUP BY question_id",
        (kiosk_id, stream, True, DAY_UNCERTAINTY_MS),
    )
    return {question: seq for question, seq in rows}  # noqa: C416  (dict() of rows has no type)


def is_stored(connection: Connection, kiosk_id: int, stream: int, seq: int) -> bool:
    """Whether the database has this reaction."""
    statement = "SELECT 1 FROM reactions WHERE kiosk_id = ? AND stream = ? AND seq = ?"
    return run(connection, statement, (kiosk_id, stream, seq)).first() is not None


def streams_with_reactions(connection: Connection, kiosk_id: int) -> list[int]:
    """Numbers of the kiosk's streams that have any."""
    rows = run(connection, "SELECT DISTINCT stream FROM reactions WHERE kiosk_id = ? ORDER BY stream", (kiosk_id,))
    return [row[0] for row in rows]


def _presses(connection: Connection, kiosk_id: int, rows: Sequence[Sequence[Any]], arrived_ms: int) -> Iterator[Press]:
    receipts: dict[int, int] | None = None
    for stream, seq, boot, elapsed, placement, question, signal, faces, answer, counted, pressed, unsure, visit, *more in rows:
        zone, mark, reason = more
        day = hour = None
        arrival_day = 0
        if unsure < DAY_UNCERTAINTY_MS:
            day, hour = local_day_and_hour(zone, pressed)
            if unsure >= HOUR_UNCERTAINTY_MS:
                hour = None
        else:
            if receipts is None:
                receipts = _receipts(connection, kiosk_id, stream)
            arrival_day = local_day_and_hour(zone, receipts.get(seq, arrived_ms))[0]
        yield Press(
            *(seq, boot, elapsed, placement, question, signal, faces, POLARITY_OF_ANSWER[answer], bool(counted)),
            *(day, hour, arrival_day, visit, ASIDE_OF_MARK[mark] or ASIDE_OF_REASON[reason]),
        )


def _receipts(connection: Connection, kiosk_id: int, stream: int) -> dict[int, int]:
    return {
        seq: received
        for first, last, received in arrivals_of_stream(connection, kiosk_id, stream)
        for seq in range(first, last + 1)
    }
