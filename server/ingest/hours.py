"""Sets aside what was pressed while the store was closed: cleaners, a delivery, somebody who plays with the box.

Only where the time of the press is surer than the margin, only in stores whose hours are known, and only what shoppers are
asked: employees are there before the doors open and after they close.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.analysis.times import ESTIMATED
from server.fleet.hours import MARGIN_MS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from server.ingest.fresh import Fresh
    from server.ingest.meanings import Meanings


def set_aside_out_of_hours(connection: Connection, meanings: Meanings, fresh: Fresh, shoppers: Collection[int]) -> None:
    """Stop counting, in place, the batch's presses out of hours; `shoppers` are the questions that shoppers are asked."""
    said = set(fresh.meanings)
    outside = {one.placement: meanings.outside(connection, one.placement) for one in said if one.question in shoppers}
    if not any(outside.values()):
        return
    times = zip(fresh.meanings, fresh.pressed_ms, fresh.unsure_ms, fresh.qualities, strict=True)
    for place, (meaning, pressed_ms, unsure_ms, quality) in enumerate(times):
        if quality > ESTIMATED or unsure_ms >= MARGIN_MS or meaning.question not in shoppers:
            continue
        is_outside = outside[meaning.placement]
        if is_outside is not None and fresh.counts(place) and is_outside(pressed_ms):
            fresh.set_aside(place, "out-of-hours")
