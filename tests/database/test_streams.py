"""A stream is one kiosk's for ever, what it lost is known to the number, and the ledger has no holes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server.database.engine import writing
from server.database.kiosks import add_kiosk
from server.database.streams import (
    Arrival,
    Stream,
    add_arrivals,
    add_lost,
    add_stream,
    arrivals_of_stream,
    close_lost,
    lock_stream,
    lost_spans,
    progress,
    runs,
    set_high,
)
from server.database.tables import arrivals, life

ONE, OTHER = "0" * 32, "1" * 32


@pytest.fixture
def connection(engine):
    with writing(engine) as connection:
        assert [add_kiosk(connection, f"sha256:{number}", "", 0) for number in (1, 2)] == [1, 2]
        yield connection


def test_the_first_sender_owns_a_stream_for_ever(connection) -> None:
    assert lock_stream(connection, ONE) is None
    assert add_stream(connection, 1, ONE, None, 0) == Stream(1, 1, 0)
    assert add_stream(connection, 2, ONE, None, 0) == Stream(1, 1, 0)
    assert add_stream(connection, 2, OTHER, ONE, 0).kiosk_id == 2
    set_high(connection, Stream(1, 1, 0), 7)
    assert lock_stream(connection, ONE) == Stream(1, 1, 7)


def test_a_lost_range_shrinks_by_what_turns_up(connection) -> None:
    stream = add_stream(connection, 1, ONE, None, 0)
    add_lost(connection, stream, 3, 9, 0)
    add_lost(connection, stream, 20, 20, 0)
    close_lost(connection, stream, [3, 5, 6, 20, 50], 0)
    assert lost_spans(connection, stream) == [(4, 4), (7, 9)]


@given(numbers=st.sets(st.integers(1, 60)))
def test_runs_are_the_same_numbers_without_a_hole(numbers) -> None:
    found = runs(sorted(numbers))
    assert {number for first, last in found for number in range(first, last + 1)} == numbers
    assert all(one[1] + 1 < other[0] for one, other in pairwise(found))


def test_positions_follow_each_other_without_a_hole(connection) -> None:
    add_arrivals(connection, [])
    add_arrivals(connection, [Arrival(1, 1, 1, 5, 10), Arrival(2, 2, 1, 1, 10)])
    add_arrivals(connection, [Arrival(1, 1, 6, 6, 20)])
    found = list(connection.execute(select(arrivals.c.position, arrivals.c.kiosk_id).order_by(arrivals.c.position)))
    assert [tuple(row) for row in found] == [(1, 1), (2, 2), (3, 1)]
    assert arrivals_of_stream(connection, 1, 1) == [(1, 5, 10), (6, 6, 20)]


def test_only_what_a_verified_backup_holds_is_safe_and_nothing_of_another_kiosk(connection) -> None:
    stream = add_stream(connection, 1, ONE, None, 0)
    set_high(connection, stream, 8)
    add_arrivals(connection, [Arrival(1, 1, 1, 5, 0), Arrival(1, 1, 6, 8, 0)])
    connection.execute(life.update().values(safe_position=1))
    assert progress(connection, [ONE, OTHER], [1], 1, 0) == {ONE: (8, 0)}
    assert progress(connection, [ONE], [1], 1, 1) == {ONE: (8, 5)}
    assert progress(connection, [ONE], [1], 1, 2) == {ONE: (8, 8)}
    assert progress(connection, [ONE], [2], 2, 2) == {ONE: (8, 0)}
    assert progress(connection, [], [1], 1, 2) == {}
