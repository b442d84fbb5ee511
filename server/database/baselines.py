"""What is usual of a question: its negative presses over some days, at one kiosk and in the whole chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.database.watches import Place

SUMS = "COALESCE(SUM(d.negative), 0), COALESCE(SUM(d.positive + d.neutral + d.negative), 0), COUNT(*)"
PRESSED = "d.positive + d.neutral + d.negative > 0"


class Usual(NamedTuple):
    """Counted presses, the negative ones of them, and the days with any, each kiosk's for itself."""

    negatives: int
    presses: int
    days: int


def usual_at(connection: Connection, place: Place, faces: int, from_day: int, to_day: int) -> Usual:
    """A place's own presses over the days [from_day, to_day)."""
    row = run(
        connection,
        f"SELECT {SUMS} FROM days d WHERE d.kiosk_id = ? AND d.placement_id = ? AND d.question_id = ? AND d.faces = ?"  # noqa: S608
        f" AND d.local_day >= ? AND d.local_day < ? AND {PRESSED}",
        (*place, faces, from_day, to_day),
    ).one()
    return Usual(*map(int, row))


def usual_in_stores(connection: Connection, question_id: int, faces: int, from_day: int, to_day: int) -> dict[int, Usual]:
    """All kiosks' presses of a question over the days [from_day, to_day), by store; those without are left out."""
    rows = run(
        connection,
        f"SELECT p.store_id, {SUMS} FROM days d JOIN placements p ON p.kiosk_id = d.kiosk_id AND p.id = d.placement_id"  # noqa: S608
        f" WHERE d.question_id = ? AND d.faces = ? AND d.local_day >= ? AND d.local_day < ? AND {PRESSED} GROUP BY p.store_id",
        (question_id, faces, from_day, to_day),
    )
    return {store_id: Usual(*map(int, sums)) for store_id, *sums in rows}
