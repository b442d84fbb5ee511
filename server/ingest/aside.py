"""Sets a new press aside: its row and its press say alike that it does not count, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.database.codes import ASIDE_OF_REASON, REASONS
from server.database.reactions import ReactionRow

if TYPE_CHECKING:
    from server.analysis.tallies import Press


def set_aside(rows: list[tuple[Any, ...]], presses: list[Press], place: int, reason: str) -> None:
    """Stop counting the press at a place of the batch, in place, for one of codes.REASONS."""
    number = REASONS[reason]
    rows[place] = tuple(ReactionRow._make(rows[place])._replace(reason=number, counted=False))
    presses[place] = presses[place]._replace(counted=False, aside=ASIDE_OF_REASON[number])
