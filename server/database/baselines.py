"""What is usual of a question: its negative presses over some days, at one kiosk and in the whole chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.database.watches import Place

SUMS = "COALESCE(SUM(negative), 0), COALESCE(SUM(positive + neutral + negative), 0), COUNT(*)"
PRESSED = "positive + neutral + negative > 0"


class Usual(NamedTuple):
    """Counted presses, the negative ones of them, and the days with any, each kiosk's for itself."""

    negatives: int
    presses: int
    days: int


def usual_at(connection: Connection, place: Place, faces: int, from_day: int, to_day: int) -> Usual:
    """A place's own presses over the days [from_day, to_day)."""
    row = run(
        connection,
        f"SELECT {SUMS} FROM days WHERE kiosk_id = ? AND placement_id = ? AND question_id = ? AND faces = ?"  # noqa: S608
        f" AND local_day >= ? AND local_day < ? AND {PRESSED}",
        (*place, faces, from_day, to_day),
    ).one()
    return Usual(*map(int, row))


def usual_in_chain(connection: Connection, question_id: int, faces: int, from_day: int, to_day: int) -> Usual:
    """All kiosks' presses of a question over the days [from_day, to_day), with as many faces."""
    row = run(
        connection,
        f"SELECT {SUMS} FROM days WHERE question_id = ? AND faces = ? AND local_day >= ? AND local_day < ? AND {PRESSED}",  # noqa: S608
        (question_id, faces, from_day, to_day),
    ).one()
    return Usual(*map(int, row))
