"""Sets aside what was pressed while the store was closed: cleaners, a delivery, somebody who plays with the box.

Only where the time of the press is surer than the margin, only in stores whose hours are known, and only what shoppers are
asked: employees are there before the doors open and after they close.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.analysis.times import ESTIMATED
from server.database.reactions import ReactionRow
from server.fleet.hours import MARGIN_MS
from server.ingest.aside import set_aside

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from server.analysis.tallies import Press
    from server.ingest.meanings import Meanings

PRESSED, UNSURE, QUALITY = (ReactionRow._fields.index(name) for name in ("pressed_ms", "uncertainty_ms", "time_quality"))


def set_aside_out_of_hours(
    connection: Connection,
    meanings: Meanings,
    rows: list[tuple[Any, ...]],
    presses: list[Press],
    shoppers: Collection[int],
) -> None:
    """Stop counting, in place, the batch's presses out of hours; `shoppers` are the questions that shoppers are asked."""
    outside = {place: meanings.outside(connection, place) for place in {press.placement for press in presses}}
    if not any(outside.values()):
        return
    for place, (row, press) in enumerate(zip(rows, presses, strict=True)):
        is_outside = outside[press.placement]
        if is_outside is None or not press.counted or press.question not in shoppers:
            continue
        if row[QUALITY] <= ESTIMATED and row[UNSURE] < MARGIN_MS and is_outside(row[PRESSED]):
            set_aside(rows, presses, place, "out-of-hours")
