"""Counts ahead what head office looks at first: all stores over the periods that its page names, before somebody asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.access.scope import every_store
from server.comparison.office import office
from server.comparison.summary import chain_summary
from server.database.engine import reading

if TYPE_CHECKING:
    from sqlalchemy import Engine

NAMED = ("7d", "4w", "13w")


def count_ahead(engine: Engine, now_ms: int) -> None:
    """Count all stores over each named period, and the one before it, so that the page finds them kept (kept_chains).

    Where nothing has changed since the last time that is a look at how often the rows were written.
    """
    for period in NAMED:
        with reading(engine) as connection:
            summary = chain_summary(connection, every_store(connection), period, now_ms)
            office(connection, summary, ())
