"""A batch's new presses side by side, a column for each fact: judged as such, then stored and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from server.analysis.tallies import Presses
from server.database.codes import ASIDE_OF_MARK, ASIDE_OF_REASON, MARKS, REASONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.analysis.tallies import Meaning

VOTE, UNREASONED = MARKS["vote"], REASONS[""]


class Fresh(NamedTuple):
    """New presses in the order of their seq; each column has one entry a press.

    `boots` are the server's numbers; `marks`, `answers`, `reasons` and `qualities` those of database.codes. `days` and `hours`
    hold None where the time is too uncertain for one; `arrival_days` then has the store's day when the press came.
    """

    seqs: Sequence[int]
    boots: Sequence[int]
    elapsed_ms: Sequence[int]
    wall_ms: Sequence[int]
    synced: Sequence[bool]
    versions: Sequence[int]
    buttons: Sequence[str]
    visits: Sequence[int | None]
    marks: Sequence[int]
    meanings: Sequence[Meaning]
    answers: Sequence[int]
    pressed_ms: Sequence[int]
    unsure_ms: Sequence[int]
    qualities: Sequence[int]
    days: Sequence[int | None]
    hours: Sequence[int | None]
    arrival_days: Sequence[int]
    reasons: list[int]

    def counts(self, place: int) -> bool:
        """Whether the press at a place speaks for somebody."""
        return self.marks[place] == VOTE and self.reasons[place] == UNREASONED

    def set_aside(self, place: int, reason: str) -> None:
        """Stop counting the press at a place, for one of codes.REASONS."""
        self.reasons[place] = REASONS[reason]

    def only(self, places: Sequence[int]) -> Fresh:
        """The presses at these places alone."""
        return Fresh._make([column[place] for place in places] for column in self)

    def presses(self) -> Presses:
        """What figures need of them."""
        asides = [ASIDE_OF_MARK[mark] or ASIDE_OF_REASON[why] for mark, why in zip(self.marks, self.reasons, strict=True)]
        facts = (self.seqs, self.boots, self.elapsed_ms, self.meanings, asides)
        return Presses(*facts, self.days, self.hours, self.arrival_days, self.visits)

    def columns(self, kiosk_id: int, stream: int) -> list[Sequence[Any]]:
        """The columns of their rows in a stream, in the order of a ReactionRow."""
        count = len(self.seqs)
        placements, questions, _, faces, _ = zip(*self.meanings, strict=True) if count else ((),) * 5
        counted = [mark == VOTE and why == UNREASONED for mark, why in zip(self.marks, self.reasons, strict=True)]
        return [
            *([kiosk_id] * count, [stream] * count, self.seqs, self.boots, self.elapsed_ms, self.wall_ms, self.synced),
            *(self.versions, self.buttons, self.visits, self.marks, placements, questions, self.answers, faces),
            *(self.reasons, counted, self.pressed_ms, self.unsure_ms, self.qualities),
        ]


NOTHING = Fresh._make([()] * (len(Fresh._fields) - 1) + [[]])
