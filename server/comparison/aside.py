"""Why presses of a store do not count: raw beside counted, by reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.database.figures import set_aside_counts

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.comparison.periods import Period


@dataclass(frozen=True, slots=True)
class SetAside:
    """How many presses of a period do not count, by reason; together they are the `marked` of its figures."""

    repeats: int = 0
    mashes: int = 0
    rushes: int = 0
    out_of_hours: int = 0
    closing_runs: int = 0

    @property
    def all(self) -> int:
        """All of them."""
        return self.repeats + self.mashes + self.rushes + self.out_of_hours + self.closing_runs


def set_aside_of(connection: Connection, store_id: int, period: Period) -> SetAside:
    """A store's presses that do not count over a period of its own days, from the roll-ups."""
    found = set_aside_counts(connection, store_id, period.first.toordinal(), period.end.toordinal())
    return SetAside(
        repeats=found.get("repeat", 0),
        mashes=found.get("mash", 0),
        rushes=found.get("rush", 0),
        out_of_hours=found.get("out-of-hours", 0),
        closing_runs=found.get("closing-run", 0),
    )
