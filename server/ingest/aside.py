"""Sets a new press aside: its row and its press say alike that it does not count, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.database.codes import ASIDE_OF_REASON, REASONS
from server.database.reactions import ReactionRow

if TYPE_CHECKING:
    from server.analysis.tallies import Press

# One beside the other; at night this runs for every press of a kiosk that somebody plays with.
REASON, COUNTED = (ReactionRow._fields.index(name) for name in ("reason", "counted"))


def set_aside(rows: list[tuple[Any, ...]], presses: list[Press], place: int, reason: str) -> None:
    """Stop counting the press at a place of the batch, in place, for one of codes.REASONS."""
    number = REASONS[reason]
    row = rows[place]
    rows[place] = (*row[:REASON], number, False, *row[COUNTED + 1 :])
    presses[place] = presses[place]._replace(counted=False, aside=ASIDE_OF_REASON[number])
