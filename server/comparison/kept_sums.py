"""Keeps the sums of stores over a period before, as long as their roll-ups are what they were (see kept_chains)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparison.shelf import Shelf
from server.database.life import read_life
from server.database.sums import question_counts, question_writes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from server.database.sums import QuestionCount

_sums: Shelf[list[QuestionCount]] = Shelf()


def kept_question_counts(
    connection: Connection, store_ids: Sequence[int], from_day: int, to_day: int, question_ids: frozenset[int]
) -> list[QuestionCount]:
    """`sums.question_counts`, read anew where any store's rows of the days [from_day, to_day) were written since."""
    asked = tuple(store_ids), from_day, to_day, question_ids
    about = (read_life(connection).epoch, *asked)
    kept = _sums.take(about)
    if kept is not None and _written(kept) == question_writes(connection, *asked):
        return kept
    return _sums.put(about, question_counts(connection, *asked))


def _written(counts: Sequence[QuestionCount]) -> tuple[int, int]:
    return sum(one.rows for one in counts), sum(one.writes for one in counts)
