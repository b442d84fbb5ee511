"""Reactions in received order: one line for each reaction and held row that the asker may see."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from server.database import export_rows as rows
from server.database.engine import reading
from server.export.columns import REACTIONS
from server.export.reaction_text import ReactionText
from server.export.shapes import Csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from server.database.export_rows import Arrival, HeldRow
    from server.export.shapes import Shape
    from server.export.wanted import Wanted

# A chunk is one short read transaction: long ones would hold up SQLite's checkpoints and PostgreSQL's vacuum.
CHUNK_ARRIVALS = 2_000
CHUNK_ROWS = 4_000
DAY_MS = 86_400_000
UNIX_EPOCH_DAY = date(1970, 1, 1).toordinal()


class ReactionLines:
    """Makes the lines of one export, as CSV unless another shape is given; `dated` puts the local day in front of each."""

    def __init__(self, engine: Engine, wanted: Wanted, shape: Shape | None = None, *, dated: bool = False) -> None:
        self._engine = engine
        self._wanted = wanted
        self._shape = shape or Csv(REACTIONS, raw=wanted.raw)
        self._text = ReactionText(wanted, self._shape, dated=dated)
        self._position = 0

    @property
    def position(self) -> int:
        """How far the last chunk reached in the ledger."""
        return self._position

    def chunks(self, after: int, end: int) -> Iterator[bytes]:
        """The header, then all lines with after < position <= end, some thousand at a time."""
        self._position = after
        header = self._shape.header()
        if header:
            yield header.encode()
        with reading(self._engine) as connection:
            store_ids = [store.id for store in self._wanted.stores]
            heard = None if self._wanted.every else rows.kiosks_heard_in(connection, store_ids)
        least_ms = least_received_ms(self._wanted.from_day)
        while after < end:
            with reading(self._engine) as connection:
                arrivals = _few(rows.next_arrivals(connection, after, end, CHUNK_ARRIVALS, heard, least_ms))
                if not arrivals:
                    return
                lines = self._lines(connection, arrivals)
            after = self._position = arrivals[-1].position
            if lines:
                yield "".join(lines).encode()

    def _lines(self, connection: Connection, arrivals: list[Arrival]) -> list[str]:
        positions = [arrival.position for arrival in arrivals]
        stored: defaultdict[int, list[Any]] = defaultdict(list)
        for row in rows.reactions_of(connection, positions):
            stored[row[0]].append(row)
        held: defaultdict[int, list[HeldRow]] = defaultdict(list)
        for kept in rows.held_of(connection, positions):
            held[kept.position].append(kept)
        lines: list[str] = []
        for arrival in arrivals:
            if arrival.position in held:
                lines += self._mixed(connection, arrival, stored[arrival.position], held[arrival.position])
            else:
                lines += self._text.presses(connection, arrival, stored[arrival.position])
        return lines

    def _mixed(self, connection: Connection, arrival: Arrival, stored: list[Any], held: list[HeldRow]) -> list[str]:
        by_seq: dict[int, Any] = {row[1]: row for row in stored} | {kept.seq: kept for kept in held}
        lines: list[str] = []
        for seq in sorted(by_seq):
            if isinstance(by_seq[seq], rows.HeldRow):
                lines.extend(filter(None, [self._text.held(connection, arrival, by_seq[seq])]))
            else:
                lines += self._text.presses(connection, arrival, [by_seq[seq]])
        return lines


def least_received_ms(from_day: int | None) -> int:
    """No press is later than its arrival, so what arrived well before the first day can not belong to it."""
    return 0 if from_day is None else (from_day - UNIX_EPOCH_DAY - 2) * DAY_MS


def _few(arrivals: list[Arrival]) -> list[Arrival]:
    """The first arrivals, up to CHUNK_ROWS reactions but at least one arrival."""
    count = 0
    for at, arrival in enumerate(arrivals):
        count += arrival.last_seq - arrival.first_seq + 1
        if count > CHUNK_ROWS and at:
            return arrivals[:at]
    return arrivals
