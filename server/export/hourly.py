"""The CSV of hourly counts, from the roll-ups that the pages show too."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from server.database.engine import reading
from server.database.export_rows import hour_sums
from server.export.csv_text import field, line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.export.wanted import Wanted

COLUMNS = ("store", "touchpoint", "question", "signal", "local_day", "hour", "positive", "neutral", "negative", "marked")
CHUNK_LINES = 2_000


def hourly_chunks(engine: Engine, wanted: Wanted) -> Iterator[bytes]:
    """The header, then a line for each store, touchpoint, question, local day and hour that had presses."""
    first = 1 if wanted.from_day is None else wanted.from_day
    end = date.max.toordinal() if wanted.to_day is None else wanted.to_day
    lines = [line(list(COLUMNS))]
    for store in wanted.stores:
        # A store at a time, so that no read transaction waits for a slow reader of all of them.
        with reading(engine) as connection:
            found = list(hour_sums(connection, [store.id], first, end, wanted.hidden))
        for hour in found:
            texts = (store.code, hour.touchpoint, hour.question, hour.signal)
            day = date.fromordinal(hour.local_day).isoformat()
            counts = (hour.hour, hour.positive, hour.neutral, hour.negative, hour.marked)
            lines.append(line([*(field(text, raw=wanted.raw) for text in texts), day, *map(str, counts)]))
            if len(lines) >= CHUNK_LINES:
                yield "".join(lines).encode()
                lines = []
    yield "".join(lines).encode()
