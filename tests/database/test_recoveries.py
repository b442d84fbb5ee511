"""Recoveries as rows: one open a place, each step once and for ever, read by store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shops import EXPERIENCE, SERVICE, Shops
from sqlalchemy.exc import IntegrityError

from server.access.people import add_user
from server.database.driver import run
from server.database.engine import reading, writing
from server.database.recoveries import (
    DONE,
    NORMAL,
    UNDECIDED,
    Step,
    add_step,
    count_ended,
    count_waiting,
    end_recovery,
    ended_part,
    open_ones,
    open_recovery,
    recoveries_after,
    recoveries_of,
    recovery_of_id,
    recovery_writes,
    spans_at,
    steps_of,
)
from server.database.watches import Place

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Chain:
    """Two stores with a kiosk each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.shops = Shops(engine)
        self.stores = [self.shops.store(code, code) for code in ("S001", "S002")]
        self.kiosks = [self.shops.kiosk(store, f"K-{store.code}") for store in self.stores]

    def place(self, store: int, question: str = EXPERIENCE) -> Place:
        kiosk = self.kiosks[store]
        return Place(kiosk.id, kiosk.placement_id, self.shops.questions[question])

    def open(self, store: int = 0, question: str = EXPERIENCE) -> int | None:
        with writing(self.engine) as connection:
            return open_recovery(connection, self.place(store, question), 100, 200, 0.2, (9, 8), 300)

    def end(self, number: int, what: str = NORMAL, at_ms: int = 900) -> bool:
        with writing(self.engine) as connection:
            return end_recovery(connection, number, what, at_ms)

    @property
    def ids(self) -> list[int]:
        return [store.id for store in self.stores]


@pytest.fixture
def chain(engine: Engine) -> Chain:
    return Chain(engine)


def test_one_is_open_at_a_place_and_the_next_when_it_has_ended(chain: Chain) -> None:
    first = chain.open()
    assert first is not None
    assert chain.open() is None
    assert None not in {chain.open(question=SERVICE), chain.open(1)}
    assert chain.end(first)
    assert chain.open() not in {None, first}


def test_the_database_itself_refuses_a_second_open_one_and_impossible_counts(chain: Chain) -> None:
    chain.open()
    values = "(kiosk_id, placement_id, question_id, began_ms, alarm_ms, usual_share, presses, negatives, last_ms)"
    for counts in ((9, 8), (8, 9)):
        question = EXPERIENCE if counts == (9, 8) else SERVICE
        row = (*chain.place(0, question), 1, 2, 0.2, *counts, 2)
        with pytest.raises(IntegrityError), writing(chain.engine) as connection:
            run(connection, f"INSERT INTO recoveries {values} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def test_a_step_is_taken_once_and_the_first_one_stays(chain: Chain) -> None:
    number = chain.open()
    assert number is not None
    for person, first in (("ada", True), ("bob", False)):
        with writing(chain.engine) as connection:
            assert add_step(connection, number, Step(DONE, 400, person)) is first
    assert chain.end(number, UNDECIDED)
    assert not chain.end(number, NORMAL)
    with reading(chain.engine) as connection:
        assert steps_of(connection, [number])[number] == {
            "noticed": Step("noticed", 300, ""),
            "done": Step("done", 400, "ada"),
            "undecided": Step("undecided", 900, ""),
        }
        assert steps_of(connection, []) == {}
        row = recovery_of_id(connection, number)
        assert row is not None
        assert (row.ended_ms, row.store_id, row.kiosk, row.touchpoint) == (900, chain.ids[0], "K-S001", "exit")
        assert recovery_of_id(connection, 999) is None
        assert spans_at(connection, chain.place(0), 900) == [(100, 900)]
        assert spans_at(connection, chain.place(0), 901) == []


def test_each_store_has_its_own_and_writes_grow_with_all_that_happens(chain: Chain) -> None:
    here, there = chain.open(), chain.open(1)
    assert here is not None
    with reading(chain.engine) as connection:
        before = recovery_writes(connection, chain.ids)
        assert before == sum(recovery_writes(connection, [one]) for one in chain.ids)
    chain.end(here, at_ms=700)
    with reading(chain.engine) as connection:
        assert recovery_writes(connection, chain.ids) > before
        assert [row.id for row in recoveries_of(connection, chain.ids)] == [there, here]
        assert [row.id for row in recoveries_of(connection, chain.ids, ended=False)] == [there]
        assert [row.id for row in open_ones(connection, lock=False)] == [there]
        assert [row.id for row in recoveries_of(connection, chain.ids, ended=True, since_ms=700)] == [here]
        assert recoveries_of(connection, chain.ids, ended=True, since_ms=701) == []
        assert recoveries_of(connection, []) == []
        assert (count_ended(connection, chain.ids), count_ended(connection, chain.ids[1:])) == (1, 0)
        assert [row.id for row in ended_part(connection, chain.ids, 20, 0)] == [here]
        assert ended_part(connection, chain.ids, 20, 20) == []
        assert [row.id for row in recoveries_after(connection, chain.ids, 0, 1)] == [here]
        assert [row.id for row in recoveries_after(connection, chain.ids, here, 9)] == [there]


def test_those_that_wait_are_open_and_not_done_in_the_stores_of_whom_it_concerns(chain: Chain) -> None:
    numbers = [chain.open(), chain.open(question=SERVICE), chain.open(1)]
    with writing(chain.engine) as connection:
        ada = add_user(connection, "ada@chain.example", "seven quiet lamps in rain", "manager", ["S001"], 1)
        assert (count_waiting(connection, None), count_waiting(connection, ada)) == (3, 2)
        add_step(connection, numbers[0] or 0, Step(DONE, 400, "ada"))
        assert (count_waiting(connection, None), count_waiting(connection, ada)) == (2, 1)
        end_recovery(connection, numbers[1] or 0, NORMAL, 500)
        assert (count_waiting(connection, None), count_waiting(connection, ada)) == (1, 0)
