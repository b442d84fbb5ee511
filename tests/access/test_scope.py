"""Which stores each kind of asker sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.access.people import Person
from server.access.scope import StoreRef, visible_store, visible_stores
from server.access.tokens import ExportToken, add_token
from server.database.engine import reading, writing
from server.errors import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Engine

ALICE = Person(1, "alice@chain.example", "manager", "")
BOB = Person(2, "bob@chain.example", "region", "")
CHARLIE = Person(3, "charlie@chain.example", "head-office", "")
DORA = Person(4, "dora@chain.example", "admin", "")


def codes(engine: Engine, asker: Person | ExportToken) -> list[str]:
    with reading(engine) as connection:
        return [store.code for store in visible_stores(connection, asker)]


def test_each_role_sees_its_own(people: Engine) -> None:
    assert codes(people, ALICE) == ["S001"]
    assert codes(people, BOB) == ["S002", "S003"]
    assert codes(people, CHARLIE) == codes(people, DORA) == ["S001", "S002", "S003"]


def test_a_token_sees_its_stores_or_all(people: Engine) -> None:
    with writing(people) as connection:
        add_token(connection, "one store", ["S003"], 90, 0)
        add_token(connection, "all stores", None, 90, 0)
    assert codes(people, ExportToken(1, "one store", all_stores=False)) == ["S003"]
    assert codes(people, ExportToken(2, "all stores", all_stores=True)) == ["S001", "S002", "S003"]


def test_a_person_whom_nobody_bound_to_a_store_sees_none(people: Engine) -> None:
    assert codes(people, Person(99, "ghost@chain.example", "manager", "")) == []


def test_a_visible_store_says_what_pages_need(people: Engine) -> None:
    with reading(people) as connection:
        found = visible_store(connection, ALICE, "S001")
    assert found == StoreRef(1, "S001", "Store S001", "North", "Europe/Warsaw", ("pl", "en"), "PL")


@pytest.mark.parametrize("code", ["S002", "S999", "", "s001", "S001 "])
def test_a_neighbours_store_answers_like_one_that_does_not_exist(people: Engine, code: str) -> None:
    with reading(people) as connection, pytest.raises(Refusal) as refused:
        visible_store(connection, ALICE, code)
    assert (refused.value.status, refused.value.code) == (404, "not-found")
