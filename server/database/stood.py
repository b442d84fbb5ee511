"""The kiosks that stood in a store at some time, also those that stand elsewhere by now, and what of theirs came here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select

from server.database import completeness
from server.database.dimensions import kiosks_asking_employees
from server.database.tables import buffers, kiosk_syncs, kiosks, placements

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Stood(NamedTuple):
    """A kiosk that stood in a store until a moment (None is still there), and no longer than until it was switched off.

    `heard_ms` is when it was heard last, or another kiosk with its card; `thanked` are the presses it says it thanked for,
    `known` how far its streams are known.
    """

    kiosk_id: int
    until_ms: int | None
    disabled_ms: int | None
    heard_ms: int | None
    thanked: int
    known: int


def kiosks_that_stood(connection: Connection, store_id: int, from_ms: int, until_ms: int) -> list[Stood]:
    """A store's kiosks of [from, until), each for each time it stood there; without those that ask employees."""
    own = select(buffers.c.buffer).where(buffers.c.kiosk_id == kiosks.c.id).correlate(kiosks)
    card_heard = select(func.max(buffers.c.heard_ms)).where(buffers.c.buffer.in_(own)).correlate(kiosks).scalar_subquery()
    rows = connection.execute(
        select(
            *(kiosks.c.id, placements.c.until_ms, kiosks.c.disabled_ms, kiosk_syncs.c.heard_ms, card_heard),
            *(completeness.thanked(), completeness.known()),
        )
        .join(kiosk_syncs, kiosk_syncs.c.kiosk_id == kiosks.c.id)
        .join(placements, placements.c.kiosk_id == kiosks.c.id)
        .where(placements.c.store_id == store_id, placements.c.from_ms < until_ms)
        .where(or_(placements.c.until_ms.is_(None), placements.c.until_ms > from_ms))
        .where(kiosks.c.id.not_in(kiosks_asking_employees()))
        .order_by(kiosks.c.id, placements.c.id)
    )
    return [
        Stood(kiosk_id, left_ms, disabled_ms, _later(heard_ms, card_heard_ms), thanked, known)
        for kiosk_id, left_ms, disabled_ms, heard_ms, card_heard_ms, thanked, known in rows
    ]


def _later(one: int | None, other: int | None) -> int | None:
    return max((at_ms for at_ms in (one, other) if at_ms is not None), default=None)
