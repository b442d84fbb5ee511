"""Reactions in received order: one line for each reaction and held row that the asker may see."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from server.database import export_rows as rows
from server.database.archive_files import ArchivedFacts
from server.database.archives import find_files
from server.database.engine import reading
from server.database.export_columns import REACTIONS
from server.export.reaction_text import ReactionText
from server.export.shapes import Csv

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from server.database.export_rows import Arrival, HeldRow
    from server.export.shapes import Shape
    from server.export.wanted import Wanted

# A chunk is one short read transaction: long ones would hold up SQLite's checkpoints and PostgreSQL's vacuum. What a small one
# is made of stays in the processor's cache, and its memory serves the next one.
CHUNK_ARRIVALS = 2_000
CHUNK_ROWS = 1_500
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
        self._archived = ArchivedFacts(wanted.from_day, wanted.to_day)

    @property
    def position(self) -> int:
        """How far the last chunk reached in the ledger."""
        return self._position

    @property
    def days(self) -> set[int]:
        """The local days of the reactions so far, where they are `dated`."""
        return self._text.days

    def chunks(self, after: int, end: int) -> Iterator[bytes]:
        """The header, then all lines with after < position <= end, some thousand at a time.

        Raises 503 at once when a file of the archive that may be needed is not there.
        """
        self._position = after
        with reading(self._engine) as connection:
            find_files(connection, after, end, self._wanted.from_day, self._wanted.to_day)
        return self._chunks(after, end)

    def _chunks(self, after: int, end: int) -> Iterator[bytes]:
        header = self._shape.header()
        if header:
            yield header.encode()
        with reading(self._engine) as connection:
            store_ids = [store.id for store in self._wanted.stores]
            heard = None if self._wanted.every else rows.kiosks_heard_in(connection, store_ids)
        least_ms = least_received_ms(self._wanted.from_day)
        limit = CHUNK_ARRIVALS
        while after < end:
            with reading(self._engine) as connection:
                asked = rows.next_arrivals(connection, after, end, limit, heard, least_ms)
                if not asked:
                    return
                arrivals = few(asked)
                texts = self._texts(connection, arrivals)
            # Little more of the ledger than is likely to be used: a kiosk that was offline brings hundreds in one arrival.
            used = len(arrivals)
            limit = min(CHUNK_ARRIVALS, used + used // 8 + 1 if used < len(asked) else 2 * limit)
            after = self._position = arrivals[-1].position
            if texts:
                yield "".join(texts).encode()

    def _texts(self, connection: Connection, arrivals: list[Arrival]) -> list[str]:
        by_position = {arrival.position: arrival for arrival in arrivals}
        stored = rows.reactions_of(connection, list(by_position))
        # Where every seq has its reaction, nothing is held: held rows stand in place of one, or arrive apart.
        brought = sum(one.last_seq - one.first_seq + 1 for one in arrivals)
        if len(stored) < brought:
            stored = self._with_archived(connection, stored, list(by_position))
        held = [] if len(stored) == brought else rows.held_of(connection, list(by_position))
        if not held:
            return self._text.presses(connection, by_position, stored)
        return self._mixed(connection, by_position, stored, held)

    def _with_archived(self, connection: Connection, stored: list[Any], positions: list[int]) -> list[Any]:
        """The stored reactions and the archived ones; what is in the database is right, also while its copy is in a file."""
        archived = self._archived.at(connection, positions)
        if not archived:
            return stored
        here = {row[:2] for row in stored}
        return sorted([*stored, *(row for row in archived if row[:2] not in here)], key=lambda row: row[:2])

    def _mixed(self, connection: Connection, arrivals: dict[int, Arrival], stored: list[Any], held: list[HeldRow]) -> list[str]:
        """Reactions and held rows in the order of their position and seq."""
        texts: list[str] = []
        by_place: dict[tuple[int, int], Any] = {row[:2]: row for row in stored} | {kept[:2]: kept for kept in held}
        for place in sorted(by_place):
            row = by_place[place]
            if isinstance(row, rows.HeldRow):
                texts.append(self._text.held(connection, arrivals[row.position], row))
            else:
                texts += self._text.presses(connection, arrivals, [row])
        return texts


def least_received_ms(from_day: int | None) -> int:
    """No press is later than its arrival, so what arrived well before the first day can not belong to it."""
    return 0 if from_day is None else (from_day - UNIX_EPOCH_DAY - 2) * DAY_MS


def few(arrivals: list[Arrival], most: int = CHUNK_ROWS) -> list[Arrival]:
    """The first arrivals, up to so many reactions but at least one arrival."""
    count = 0
    for at, arrival in enumerate(arrivals):
        count += arrival.last_seq - arrival.first_seq + 1
        if count > most and at:
            return arrivals[:at]
    return arrivals
