"""Hourly counts, from the roll-ups that the pages show too."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from server.database.engine import reading
from server.database.export_columns import HOURLY
from server.database.export_rows import hour_days, hour_sums
from server.export.shapes import Csv, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.database.export_rows import HourSum
    from server.export.shapes import Shape
    from server.export.wanted import Wanted

# Some thousand lines for a large store, and one short read transaction.
CHUNK_DAYS = 28


def hourly_chunks(engine: Engine, wanted: Wanted, shape: Shape | None = None) -> Iterator[bytes]:
    """The header, then a line for each store, touchpoint, question, local day and hour that had presses; a month at a time."""
    shape = shape or Csv(HOURLY, raw=wanted.raw)
    yield shape.header().encode()
    for store in wanted.stores:
        with reading(engine) as connection:
            known = hour_days(connection, store.id)
        if known is None:
            continue
        first = known[0] if wanted.from_day is None else max(wanted.from_day, known[0])
        end = known[1] + 1 if wanted.to_day is None else min(wanted.to_day, known[1] + 1)
        for day in range(first, end, CHUNK_DAYS):
            # Some days at a time, so that no read transaction waits for a slow reader of all of them.
            with reading(engine) as connection:
                found = hour_sums(connection, store.id, day, min(day + CHUNK_DAYS, end), wanted.hidden)
            if found:
                yield "".join(_line(shape, store.code, hour) for hour in found).encode()


def _line(shape: Shape, store: str, hour: HourSum) -> str:
    day = date.fromordinal(hour.local_day).isoformat()
    counts = (hour.hour, hour.positive, hour.neutral, hour.negative, hour.marked)
    return row(shape, HOURLY.names, (store, hour.touchpoint, hour.question, hour.signal, day, *counts))
