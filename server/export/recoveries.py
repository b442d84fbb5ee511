"""Recoveries: one line each, with its times; who said what stays on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.database.engine import reading
from server.database.export_columns import RECOVERIES
from server.database.local_time import local_day_and_hour
from server.export.json_parts import rounded
from server.export.shapes import Csv, row
from server.export.times import utc_text
from server.recovery.recoveries import recoveries_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from server.export.shapes import Shape
    from server.export.wanted import Wanted
    from server.recovery.recoveries import Recovery

AT_ONCE = 500


def recoveries_chunks(engine: Engine, wanted: Wanted, shape: Shape | None = None) -> Iterator[bytes]:
    """All lines with the header, in parts; the wanted days are those on which they were noticed, on the store's clock."""
    shape = shape or Csv(RECOVERIES, raw=wanted.raw)
    yield shape.header().encode()
    after = 0
    while True:
        with reading(engine) as connection:
            found = recoveries_after(connection, wanted.stores, after, AT_ONCE)
        if not found:
            return
        after = found[-1].id
        yield "".join(_line(shape, one) for one in found if _is_wanted(wanted, one)).encode()


def _is_wanted(wanted: Wanted, one: Recovery) -> bool:
    day = local_day_and_hour(one.store.timezone, one.noticed_ms)[0]
    return (wanted.from_day is None or wanted.from_day <= day) and (wanted.to_day is None or day < wanted.to_day)


def _line(shape: Shape, one: Recovery) -> str:
    steps = (one.acknowledged, one.done)
    values = (
        *(one.id, one.store.code, one.kiosk, one.touchpoint, one.question, one.signal, one.outcome),
        *(utc_text(one.began_ms), utc_text(one.noticed_ms)),
        *(None if step is None else utc_text(step.at_ms) for step in steps),
        None if one.ended_ms is None else utc_text(one.ended_ms),
        *(one.to_notice, one.to_acknowledge, one.to_normal, one.presses, one.negatives),
        rounded(100 * one.usual_share),
    )
    return row(shape, RECOVERIES.names, values)
