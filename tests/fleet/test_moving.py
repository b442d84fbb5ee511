"""Reasons that are given and taken back: figures follow each time, and end exactly as they began."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from kiosk_shop import Shop, press
from sqlalchemy import select

from server.database import tables
from server.database.engine import reading, writing
from server.fleet.moving import recount

if TYPE_CHECKING:
    from collections.abc import Sequence

BUTTONS = ("welcome-happy", "welcome-unhappy", "served-happy", "served-unhappy")
FIGURES = (tables.hours, tables.days, tables.visit_days, tables.set_aside, tables.open_clusters)


def figures(shop: Shop) -> list[list[tuple[Any, ...]]]:
    """Every roll-up row that says something: one that went down to nothing may stay."""
    found = []
    with reading(shop.engine) as connection:
        for table in FIGURES:
            keys = len(table.primary_key.columns) if table is not tables.open_clusters else 0
            # How often a row was written is no figure.
            columns = [column for column in table.columns if column.name != "writes"]
            rows = [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key.columns))]
            found.append([row for row in rows if not keys or any(row[keys:])])
    return found


def give(shop: Shop, seqs: Sequence[int], reason: str) -> None:
    with writing(shop.engine) as connection:
        recount(connection, 1, 1, dict.fromkeys(seqs, reason), 5)


def a_day(shop: Shop, presses: int) -> None:
    chance, elapsed = random.Random(4), 0
    found = []
    for seq in range(1, presses + 1):
        elapsed += chance.choice((700, 5_000, 30_000, 400_000))
        near = seq > 1 and found[-1].elapsed_ms > elapsed - 20_000
        found.append(press(elapsed, 1, chance.choice(BUTTONS), seq - 1 if near else None))
    shop.sync(found, 1, (1, elapsed + 1_000))


@pytest.mark.parametrize(
    "seqs",
    [range(1, 6), range(38, 61), range(60, 61), range(1, 61)],
    ids=["the first", "the last", "the very last", "all"],
)
def test_an_end_of_a_stream_that_stops_counting_leaves_the_cluster_before_it_open(shop: Shop, seqs: range) -> None:
    a_day(shop, 60)
    before = figures(shop)
    give(shop, seqs, "closing-run")
    assert shop.agrees()
    assert figures(shop) != before
    give(shop, seqs, "")
    assert shop.agrees()
    assert figures(shop) == before
    # The next press joins the cluster that is open, as if nothing had happened.
    last = shop.rows(tables.reactions)[-1]
    shop.sync([press(last.elapsed_ms + 3_000, 1, last.button)], 61, (1, last.elapsed_ms + 9_000))
    assert shop.agrees()


def test_nothing_to_change_changes_nothing(shop: Shop) -> None:
    a_day(shop, 5)
    with writing(shop.engine) as connection:
        assert recount(connection, 1, 1, {}, 5) == 0
    assert shop.rows(tables.revisions) == []


@pytest.fixture
def day(settings: Any, clock: Any, engine: Any) -> Any:
    shop = Shop(settings, clock, engine)
    a_day(shop, 50)
    yield shop
    shop.writer.close()


@examples(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 25)), min_size=1, max_size=4))
def test_excluding_and_keeping_any_parts_restores_every_figure(day: Shop, parts: list[tuple[int, int]]) -> None:
    before = figures(day)
    changed: set[int] = set()
    for first, length in parts:
        seqs = set(range(first, min(50, first + length) + 1)) - changed
        give(day, sorted(seqs), "closing-run")
        changed |= seqs
        assert day.agrees()
    give(day, sorted(changed), "")
    assert day.agrees()
    assert figures(day) == before
