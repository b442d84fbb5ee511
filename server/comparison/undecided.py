"""Runs of presses that nobody has decided about yet: what they do to a store's indexes meanwhile, because they count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.comparison.indexes import LEAST_FOR_VALUE
from server.comparison.reviews import tells
from server.database.reviews import OPEN, reviews_of_stores

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.comparison.chain import Figures
    from server.database.reviews import Found

SIGNALS = ("service", "experience")


@dataclass(frozen=True, slots=True)
class Undecided:
    """The open runs among a signal's presses in a period: how many they are, and its index with and without them, 0 to 100.

    The indexes are None where there are too few presses. `runs` is 0 where all of them lie in the period before.
    """

    signal: str
    runs: int
    with_runs: float | None
    without_runs: float | None


def undecided(connection: Connection, figures: Figures, ids: tuple[frozenset[int], frozenset[int]]) -> tuple[Undecided, ...]:
    """Of each signal with open runs in the period or the one before; `ids` are the questions of service and of experience."""
    period = figures.period
    first, end = period.before.first.toordinal(), period.end.toordinal()
    rows = reviews_of_stores(connection, [figures.store.id], (OPEN,))
    runs = [row.run for row in rows if tells(row) and first <= row.run.local_day < end]
    of = {signal: [run for run in runs if run.question_id in questions] for signal, questions in zip(SIGNALS, ids, strict=True)}
    return tuple(
        _undecided(signal, [run for run in found if run.local_day >= period.first.toordinal()], figures)
        for signal, found in of.items()
        if found
    )


def _undecided(signal: str, runs: list[Found], figures: Figures) -> Undecided:
    index = figures.service if signal == "service" else figures.experience
    positive = index.positive - sum(run.positives for run in runs)
    total = index.total - sum(run.presses for run in runs)
    # A run that lies on the edge of the period may have presses outside it.
    known = index.value is not None and total >= LEAST_FOR_VALUE and 0 <= positive <= total
    return Undecided(signal, len(runs), index.value, 100 * positive / total if known else None)
