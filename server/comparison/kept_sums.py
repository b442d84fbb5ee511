"""Keeps the sums of stores over a period before, as long as their roll-ups are what they were (see kept_chains)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparison.shelf import Shelf
from server.database.fingerprints import day_writes
from server.database.life import read_life
from server.database.sums import question_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from server.database.sums import QuestionCount

_sums: Shelf[list[QuestionCount]] = Shelf()


def kept_question_counts(connection: Connection, store_ids: Sequence[int], from_day: int, to_day: int) -> list[QuestionCount]:
    """`sums.question_counts`, read anew where any store's rows of the days [from_day, to_day) were written since."""
    writes = day_writes(connection, from_day, to_day)
    key = (read_life(connection).epoch, tuple(store_ids), from_day, to_day, tuple(sorted(writes.items())))
    found = _sums.take(key)
    return _sums.put(key, question_counts(connection, store_ids, from_day, to_day)) if found is None else found
