"""What kiosks say they thanked for, how much of that is known here, and how much of it is lost: for "received n of m"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, cast, func, select

from server.database.tables import buffers, days, kiosks, lost, placements, streams

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


def thanked() -> ColumnElement[int]:
    """Of a kiosk of the surrounding statement: the presses that its buffers thanked for."""
    return _or_none(
        select(func.sum(buffers.c.thanked)).where(buffers.c.kiosk_id == kiosks.c.id).correlate(kiosks).scalar_subquery()
    )


def known() -> ColumnElement[int]:
    """Of a kiosk of the surrounding statement: how far the streams of its buffers are known, lost presses included.

    By buffer, not by kiosk: a card that moved into new hardware brings streams of the kiosk that it was before, and
    their presses are in what it thanked for.
    """
    own = select(buffers.c.buffer).where(buffers.c.kiosk_id == kiosks.c.id).correlate(kiosks)
    named = select(func.sum(streams.c.high)).where(streams.c.buffer.in_(own)).correlate(kiosks).scalar_subquery()
    # Kiosks need not name their buffer; and before they do, nothing is claimed of it either.
    nameless = select(func.sum(streams.c.high)).where(streams.c.kiosk_id == kiosks.c.id, streams.c.buffer == "")
    return _or_none(named) + _or_none(nameless.correlate(kiosks).scalar_subquery())


def gone() -> ColumnElement[int]:
    """Of a kiosk of the surrounding statement: presses it thanked for and no longer has."""
    spans = select(func.sum(lost.c.last_seq - lost.c.first_seq + 1)).where(lost.c.kiosk_id == kiosks.c.id)
    return _or_none(spans.correlate(kiosks).scalar_subquery())


def elsewhere() -> ColumnElement[int]:
    """Of a kiosk and its placement of the surrounding statement: its presses in stores that it stood in before.

    Whoever has it now is not to read how much was pressed there.
    """
    before = placements.alias("before")
    pressed = days.c.positive + days.c.neutral + days.c.negative + days.c.marked + days.c.uncertain
    found = (
        select(func.sum(pressed))
        .join(before, (before.c.kiosk_id == days.c.kiosk_id) & (before.c.id == days.c.placement_id))
        .where(before.c.kiosk_id == kiosks.c.id, before.c.store_id != placements.c.store_id)
        .correlate(kiosks, placements)
    )
    return _or_none(found.scalar_subquery())


def _or_none(total: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(cast(total, BigInteger), 0)
