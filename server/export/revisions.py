"""The feed of what changed after it was stored: a line for each change, with the reaction as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.database.archive_files import ArchivedFacts
from server.database.engine import reading
from server.database.export_columns import REVISIONS
from server.database.export_revisions import next_revisions
from server.export.reaction_text import ReactionText
from server.export.shapes import Csv, piece
from server.export.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from server.database.export_revisions import Revised
    from server.export.shapes import Shape
    from server.export.wanted import Wanted

CHUNK = 2_000
OWN = REVISIONS.names[:3]


class RevisionLines:
    """Makes the lines of one export of revisions, as CSV unless another shape is given."""

    def __init__(self, engine: Engine, wanted: Wanted, shape: Shape | None = None, *, dated: bool = False) -> None:
        self._engine = engine
        self._shape = shape or Csv(REVISIONS, raw=wanted.raw)
        self._text = ReactionText(wanted, self._shape, dated=dated)
        self._dated = dated
        self._position = 0
        self._archived = ArchivedFacts()

    @property
    def position(self) -> int:
        """How far the last chunk reached in the ledger of revisions."""
        return self._position

    @property
    def days(self) -> set[int]:
        """The local days of the reactions so far, where they are `dated`: on which they count, and on which they arrived."""
        return self._text.days

    def chunks(self, after: int, end: int) -> Iterator[bytes]:
        """The header, then all lines with after < revision <= end, some thousand at a time."""
        self._position = after
        yield self._shape.header().encode()
        while after < end:
            with reading(self._engine) as connection:
                found = next_revisions(connection, after, end, CHUNK)
                if not found:
                    return
                archived = self._archived_of(connection, found)
                texts = [text for one in found for text in self._texts(connection, one, archived)]
            after = self._position = found[-1].position
            if texts:
                yield "".join(texts).encode()

    def _archived_of(self, connection: Connection, found: list[Revised]) -> dict[tuple[int, int], Any]:
        """The reactions that are in the archive by now, by position and seq."""
        positions = sorted({one.arrival.position for one in found if one.arrival is not None and one.row is None})
        return {row[:2]: row for row in self._archived.at(connection, positions)} if positions else {}

    def _texts(self, connection: Connection, one: Revised, archived: dict[tuple[int, int], Any]) -> list[str]:
        if one.arrival is None:
            return []
        row = one.row or archived.get((one.arrival.position, one.seq))
        if row is None:
            return []
        if self._dated:
            self._text.note_arrival(connection, one.arrival, one.row)
        front = piece(self._shape, OWN, [one.position, one.what, utc_text(one.at_ms)])
        texts = self._text.presses(connection, {one.arrival.position: one.arrival}, [row])
        return [front, *texts] if texts else []
