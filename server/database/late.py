"""Presses that came in days after they were made: a kiosk without a network keeps them, and figures change afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, select

from server.database.dimensions import outside
from server.database.local_time import local_day_and_hour
from server.database.tables import arrivals, kiosks, placements, reactions

if TYPE_CHECKING:
    from sqlalchemy import Connection

# The next morning is usual: some stores cut the power at closing time.
LATE_DAYS = 2
AT_LEAST_MS = 86_400_000


class LatePresses(NamedTuple):
    """How many presses of a kiosk came in late, and the local days (proleptic ordinals) of the first and the last."""

    kiosk: str
    presses: int
    first_day: int
    last_day: int


def late_presses(connection: Connection, store_id: int, zone: str, since_ms: int) -> list[LatePresses]:
    """What arrived since a moment and had been pressed in this store LATE_DAYS local days earlier or more, by kiosk.

    Employees' presses are not told.
    """
    run = and_(
        reactions.c.kiosk_id == arrivals.c.kiosk_id,
        reactions.c.stream == arrivals.c.stream,
        reactions.c.seq.between(arrivals.c.first_seq, arrivals.c.last_seq),
    )
    here = select(placements.c.kiosk_id).where(placements.c.store_id == store_id)
    rows = connection.execute(
        select(kiosks.c.code, arrivals.c.received_ms, reactions.c.pressed_ms)
        .select_from(arrivals)
        .join(reactions, run)
        .join(placements, (placements.c.id == reactions.c.placement_id) & (placements.c.store_id == store_id))
        .join(kiosks, kiosks.c.id == arrivals.c.kiosk_id)
        .where(arrivals.c.kiosk_id.in_(here), arrivals.c.received_ms >= since_ms, arrivals.c.apart == "")
        .where(arrivals.c.received_ms - reactions.c.pressed_ms > AT_LEAST_MS)
        .where(outside(reactions.c.question_id))
    )
    days: dict[str, list[int]] = {}
    for kiosk, received_ms, pressed_ms in rows:
        pressed, received = (local_day_and_hour(zone, at)[0] for at in (pressed_ms, received_ms))
        if received - pressed >= LATE_DAYS:
            days.setdefault(kiosk, []).append(pressed)
    return [LatePresses(kiosk, len(found), min(found), max(found)) for kiosk, found in sorted(days.items())]
