"""Presses one by one, as tests like to say them, and side by side as figures take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from server.analysis.tallies import NO_PRESSES, Meaning, Presses

if TYPE_CHECKING:
    from collections.abc import Sequence


class Press(NamedTuple):
    """One stored reaction, as far as figures need it; `aside` is the reason's number when it does not count."""

    seq: int
    boot: int
    elapsed_ms: int
    placement: int
    question: int
    signal: str
    faces: int
    polarity: int
    day: int | None
    hour: int | None
    arrival_day: int
    visit: int | None
    aside: int = 0


def side_by_side(presses: Sequence[Press]) -> Presses:
    """Their columns."""
    facts = [
        (
            *(one.seq, one.boot, one.elapsed_ms, Meaning(one.placement, one.question, one.signal, one.faces, one.polarity)),
            *(one.aside, one.day, one.hour, one.arrival_day, one.visit),
        )
        for one in presses
    ]
    return Presses(*zip(*facts, strict=True)) if facts else NO_PRESSES
