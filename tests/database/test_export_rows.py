"""What exports read: the ledger and what stands behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from server.database import export_rows
from server.database.engine import reading, writing
from server.database.export_rows import (
    Arrival,
    held_of,
    kiosks_heard_in,
    ledger_end,
    next_arrivals,
    place_at,
    reactions_of,
    stream_token,
)
from server.database.held import HeldRow, hold
from server.database.kiosks import add_kiosk
from server.database.life import read_life
from server.database.placements import place
from server.database.stores import add_store
from server.database.streams import Arrival as NewArrival
from server.database.streams import add_arrivals
from server.database.tables import reactions, streams

if TYPE_CHECKING:
    from sqlalchemy import Engine

PRESS = {
    "boot": 1,
    "elapsed_ms": 1,
    "wall_ms": 1,
    "synced": True,
    "config_version": 1,
    "button": "happy",
    "visit": None,
    "mark": 0,
    "placement_id": 1,
    "question_id": 1,
    "answer_id": 2,
    "faces": 2,
    "reason": 0,
    "counted": True,
    "pressed_ms": 5,
    "uncertainty_ms": 1,
    "time_quality": 0,
}


@pytest.fixture
def ledger(engine: Engine) -> Engine:
    """Kiosks 1 and 2 in stores 1 and 2; arrivals 1 to 6 by turns, of three presses each."""
    with writing(engine) as connection:
        for number in (1, 2):
            store_id = add_store(connection, f"S{number}", "x", "UTC", "", ["en"], "", 0)
            kiosk_id = add_kiosk(connection, f"sha256:{number}", "", 0)
            place(connection, kiosk_id, store_id, f"place {number}", 100)
            token = f"{number:032x}"
            connection.execute(insert(streams).values(kiosk_id=kiosk_id, number=number, token=token, high=9, first_ms=0))
            rows = [PRESS | {"kiosk_id": number, "stream": number, "seq": seq} for seq in range(1, 10)]
            connection.execute(insert(reactions), rows)
        runs = [NewArrival(1 + at % 2, 1 + at % 2, 1 + at // 2 * 3, 3 + at // 2 * 3, 1_000 * at) for at in range(6)]
        add_arrivals(connection, runs)
    return engine


def test_the_ledgers_end_is_its_last_position_in_this_life(ledger: Engine) -> None:
    with reading(ledger) as connection:
        assert ledger_end(connection) == (read_life(connection).epoch, 6)


def test_an_empty_ledger_ends_at_nothing(engine: Engine) -> None:
    with reading(engine) as connection:
        assert ledger_end(connection)[1] == 0


def test_arrivals_come_by_position_kiosk_and_time(ledger: Engine) -> None:
    with reading(ledger) as connection:
        assert next_arrivals(connection, 0, 6, 1, None, 0) == [Arrival(1, 1, 1, 1, 3, 0)]

        def positions(*wishes: object) -> list[int]:
            return [arrival.position for arrival in next_arrivals(connection, *wishes)]  # type: ignore[arg-type]

        assert positions(2, 5, 10, None, 0) == [3, 4, 5]
        assert positions(0, 6, 10, {2}, 0) == [2, 4, 6]
        assert positions(0, 6, 10, set(), 0) == []
        assert positions(0, 6, 10, None, 4_000) == [5, 6]


@pytest.mark.parametrize("positions", [[1, 2, 3, 4, 5, 6], [3, 4], [2, 4, 6], [5]])
def test_reactions_stand_behind_their_position_in_the_order_of_seq(ledger: Engine, positions: list[int]) -> None:
    with reading(ledger) as connection:
        found = [(row[0], row[1]) for row in reactions_of(connection, positions)]
    assert found == [(position, seq + (position - 1) // 2 * 3) for position in positions for seq in (1, 2, 3)]


def test_many_scattered_positions_are_asked_for_in_whole_blocks(ledger: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_rows, "BLOCK", 4)
    where, values = export_rows.arrivals_at([1, 3, 5, 7, 9])
    assert (where, values) == ("a.position IN (?, ?, ?, ?, ?, ?, ?, ?)", (1, 3, 5, 7, 9, 9, 9, 9))
    with reading(ledger) as connection:
        assert len(reactions_of(connection, [1, 3, 6])) == 9


def test_only_what_is_held_at_its_place_is_found(ledger: Engine) -> None:
    codes = ("content-conflict", "foreign-stream", "quota")
    with writing(ledger) as connection:
        hold(connection, [HeldRow(1, 1, 4, code, 1, b"x", 5) for code in codes])
        assert [tuple(row) for row in held_of(connection, [1, 2, 3])] == [(3, 4, "quota", 1, b"x")]


def test_a_kiosk_is_heard_where_it_ever_stood_and_where_it_sent_anothers_stream(ledger: Engine) -> None:
    with writing(ledger) as connection:
        assert kiosks_heard_in(connection, [1]) == {1}
        hold(connection, [HeldRow(2, 2, 4, "foreign-stream", 1, b"x", 5)])
        assert kiosks_heard_in(connection, [1]) == {1, 2}
        place(connection, 2, 1, "moved", 500)
        assert kiosks_heard_in(connection, [2]) == {2}


def test_a_kiosks_place_at_a_moment_is_the_last_one_before_it(ledger: Engine) -> None:
    with writing(ledger) as connection:
        place(connection, 1, 2, "moved", 500)
        found = [place_at(connection, 1, at_ms) for at_ms in (0, 100, 499, 500)]
        assert place_at(connection, 9, 100) is None
    assert [(one.store_id, one.touchpoint) for one in found if one] == [(1, "place 1")] * 3 + [(2, "moved")]


def test_a_streams_token_is_its_own(ledger: Engine) -> None:
    with reading(ledger) as connection:
        assert stream_token(connection, 2, 2) == f"{2:032x}"
