"""Keeps the last chains that were counted, as long as their roll-ups are what they were.

Every open page of every store looks at all stores each time a press arrives, and nearly always their full days are the same.
Where a late press changed some stores' days, these stores alone are counted anew, and all are compared again. Nothing is taken
for unchanged on anybody's word: each look reads from the database how often every store's rows were written, in the same
transaction as the rows, so several processes need not tell each other anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparison.chain import Chain, asking_of, question_ids
from server.comparison.mix import mix_of
from server.comparison.shelf import Shelf, by_store
from server.comparison.store_rows import read_rows
from server.database.fingerprints import fingerprints
from server.database.life import read_life
from server.database.reviews import open_runs

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.comparison.periods import Period
    from server.comparison.shelf import ByStore
    from server.comparison.store_rows import StoreRows
    from server.database.figures import Asked
    from server.survey.definition import Definition


_chains: Shelf[Chain] = Shelf()
_rows: Shelf[ByStore[StoreRows]] = Shelf()


def chain_of(connection: Connection, period: Period, definition: Definition, asked: dict[int, Asked]) -> Chain:
    """All stores over a period: counted, or as it was counted before where nothing under it has changed."""
    if period.running:
        return Chain(connection, period, definition, asked)
    mix = mix_of(connection, period.end)
    asking = asking_of(period, definition, asked)
    # Another life of the database counts its writes anew; a question's dimension says whether pages may count it at all.
    about = (read_life(connection).epoch, asking, frozenset((number, one.dimension) for number, one in asked.items()))
    now = fingerprints(connection, asking.first, asking.end)
    # What somebody decided to let count writes no row, and yet a store may be named for it now.
    runs = tuple(open_runs(connection, asking.first, asking.end))
    key = (about, period, definition, question_ids(definition, asked), mix, tuple(now.items()), runs)
    found = _chains.take(key)
    if found is not None:
        return found
    rows = by_store(_rows, about, now, lambda store_ids: read_rows(connection, asking, store_ids))
    return _chains.put(key, Chain(connection, period, definition, asked, mix=mix, rows=rows, runs=runs))
