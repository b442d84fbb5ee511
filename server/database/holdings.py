"""What a database holds, as a backup of it is held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.database.driver import run
from server.database.life import read_life
from server.database.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    # Told how much is done, and how much there is.
    Tell = Callable[[int, int], None]
    # What a restored database is told about itself, in a write transaction of its own life.
    Mark = Callable[[Connection], None]


class Holding(NamedTuple):
    """What a database held at one moment: its life, its last position, its rows by table."""

    epoch: str
    position: int
    rows: dict[str, int]

    @property
    def reactions(self) -> int:
        """How many reactions are stored."""
        return self.rows["reactions"]

    @property
    def archived(self) -> int:
        """How many files of the archive belong to it."""
        return self.rows["archives"]


def read_holding(connection: Connection) -> Holding:
    """What this database of this release holds."""
    last: int = run(connection, "SELECT value FROM counters WHERE name = 'position'").scalar_one()
    rows: dict[str, int] = {
        name: run(connection, f"SELECT COUNT(*) FROM {name}").scalar_one()  # noqa: S608
        for name in sorted(metadata.tables)
    }
    return Holding(read_life(connection).epoch, last, rows)
