"""Kiosks: one line for each that stands in one of the asker's stores, as the fleet page shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.database.engine import reading
from server.database.export_columns import KIOSKS
from server.database.kiosks import all_kiosks
from server.export.shapes import Csv, row
from server.export.times import utc_text
from server.fleet.watching import look

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.export.shapes import Shape
    from server.export.wanted import Wanted
    from server.fleet.watching import Watched


def kiosks_text(engine: Engine, wanted: Wanted, now_ms: int, shape: Shape | None = None) -> bytes:
    """All lines with the header; a large chain's kiosks are some hundred kilobytes."""
    shape = shape or Csv(KIOSKS, raw=wanted.raw)
    with reading(engine) as connection:
        found = look(connection, now_ms, [store.id for store in wanted.stores])
        software = {kiosk.code: kiosk.software for kiosk in all_kiosks(connection)}
    return (shape.header() + "".join(_line(shape, one, software[one.row.code]) for one in found)).encode()


def _line(shape: Shape, one: Watched, software: str) -> str:
    kiosk = one.row
    heard = None if kiosk.heard_ms is None else utc_text(kiosk.heard_ms)
    values = (
        *(kiosk.code, kiosk.store, kiosk.touchpoint, one.state, utc_text(kiosk.enrolled_ms), heard, software),
        *(kiosk.config_applied, kiosk.thanked, kiosk.known, kiosk.lost, kiosk.held, kiosk.refused),
    )
    return row(shape, KIOSKS.names, values)
