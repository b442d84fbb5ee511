"""Reactions: storing new ones, and reading stored ones back to compare or to set beside others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from server.analysis.cuts import Place
from server.analysis.tallies import DAY_UNCERTAINTY_MS, POLARITY_COLUMNS
from server.database.codes import ANSWERS, REASONS
from server.database.driver import copy_in, marks, run, run_many

if TYPE_CHECKING:
    from collections.abc import Sequence

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


# On SQLite, so many rows a statement: to begin and end one is a quarter of what a row costs alone (bench.ingest).
TOGETHER = 50
# From here on COPY costs less than a statement for each row: a fifth for 500, less than arrays through unnest (bench.postgres).
WORTH_COPYING = 5
# Two minutes of hands that press five times a second: how far back a search goes along the key.
MOST_NEAR = 600

WIDTH, TRUTHS = len(ReactionRow._fields), {ReactionRow._fields.index(name) for name in ("synced", "counted")}
INSERT = f"INSERT INTO reactions ({', '.join(ReactionRow._fields)}) VALUES ({marks(WIDTH)})"  # noqa: S608
INSERT_TOGETHER = INSERT + f", ({marks(WIDTH)})" * (TOGETHER - 1)


def insert_reactions(connection: Connection, columns: Sequence[Sequence[Any]]) -> None:
    """Store new reactions, given as one column for each field of a ReactionRow; one that is there already fails them all."""
    if connection.dialect.name == "sqlite":
        _insert_together(connection, columns)
    elif len(columns[0]) >= WORTH_COPYING:
        copy_in(connection, "reactions", ReactionRow._fields, zip(*columns, strict=True))
    else:
        run_many(connection, INSERT, list(zip(*columns, strict=True)))


def _insert_together(connection: Connection, columns: Sequence[Sequence[Any]]) -> None:
    values: list[Any] = [None] * (WIDTH * len(columns[0]))
    for at, column in enumerate(columns):
        # SQLite's driver looks for an adapter for every bool; as bytes they are 0 and 1.
        values[at::WIDTH] = bytes(column) if at in TRUTHS else column
    rest = len(columns[0]) // TOGETHER * TOGETHER * WIDTH
    for statement, size, begin, end in ((INSERT_TOGETHER, TOGETHER * WIDTH, 0, rest), (INSERT, WIDTH, rest, len(values))):
        run_many(connection, statement, [tuple(values[at : at + size]) for at in range(begin, end, size)])


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
