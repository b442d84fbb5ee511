"""The audit log in the database: without a gap, written with the act, and refused to everybody who would change it."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from server.audit import BEGINNING, COMMAND_LINE, Act, By
from server.database.audit import addresses, forget_addresses, head, newest_entries, note, written
from server.database.audit_check import check_log
from server.database.driver import run
from server.database.engine import make_engine, reading, writing
from server.database.failures import SQLAlchemyError

if TYPE_CHECKING:
    from sqlalchemy import Engine

NOON_MS = 1_795_262_400_000
EWA = By("person", 3, "ewa@chain.example", "203.0.113.9")


def add(engine: Engine, *abouts: str) -> None:
    for about in abouts:
        with writing(engine) as connection:
            note(connection, NOON_MS, EWA, Act.STORE_ADDED, about, name="@home")


def test_entries_are_numbered_without_a_gap_and_tell_who_did_what_from_where(engine: Engine):
    add(engine, "S001", "S002")
    with reading(engine) as connection:
        second, first = newest_entries(connection, 5)
        assert head(connection) == (2, second.entry.hash)
        assert written(connection) == 2
    assert (first.entry.number, first.entry.about, second.entry.about) == (1, "S001", "S002")
    assert first.entry[1:5] == (NOON_MS, "person", 3, "ewa@chain.example")
    assert (first.address, json.loads(first.entry.details)) == ("203.0.113.9", {"name": "@home"})
    assert first.entry.hash == first.entry.hash_after(BEGINNING)
    assert second.entry.hash == second.entry.hash_after(first.entry.hash)


def test_an_act_that_is_rolled_back_leaves_neither_entry_nor_gap(engine: Engine):
    def fail() -> None:
        with writing(engine) as connection:
            note(connection, NOON_MS, EWA, Act.STORE_ADDED, "S002")
            raise ValueError("no such store")

    add(engine, "S001")
    with pytest.raises(ValueError, match="no such store"):
        fail()
    add(engine, "S003")
    with reading(engine) as connection:
        assert [one.entry.about for one in newest_entries(connection, 5)] == ["S003", "S001"]
        assert check_log(connection).whole


def test_writers_at_the_same_time_make_one_chain(engine: Engine):
    url, count = engine.url.render_as_string(hide_password=False), 6

    def write(number: int) -> None:
        own = make_engine(url)
        add(own, *[f"W{number}-{at}" for at in range(15)])
        own.dispose()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(count)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(engine) as connection:
        found = check_log(connection)
        assert (found.whole, found.head.number) == (True, 15 * count)
        assert len({one.entry.about for one in newest_entries(connection, 1_000)}) == 15 * count


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET about = 'S009'",
        "DELETE FROM audit WHERE number = 1",
        "INSERT INTO audit SELECT * FROM audit WHERE number = 1",
    ],
)
def test_the_database_refuses_to_change_or_remove_an_entry(engine: Engine, statement: str):
    add(engine, "S001")
    with pytest.raises(SQLAlchemyError), writing(engine) as connection:
        run(connection, statement)
    with reading(engine) as connection:
        assert [one.entry.about for one in newest_entries(connection, 5)] == ["S001"]


def test_no_way_around_the_refusal_that_only_one_database_has(engine: Engine):
    add(engine, "S001")
    around = "REPLACE INTO audit SELECT * FROM audit" if engine.dialect.name == "sqlite" else "TRUNCATE audit"
    with pytest.raises(SQLAlchemyError, match="only added to"), writing(engine) as connection:
        run(connection, around)


def test_addresses_are_forgotten_and_the_log_stays_whole(engine: Engine):
    add(engine, "S001")
    with writing(engine) as connection:
        note(connection, NOON_MS + 1, EWA, Act.STORE_ADDED, "S002")
        note(connection, NOON_MS + 2, COMMAND_LINE, Act.STORE_ADDED, "S003")
        assert forget_addresses(connection, NOON_MS + 1) == 1
    with reading(engine) as connection:
        assert [one.address for one in newest_entries(connection, 5)] == ["", "203.0.113.9", ""]
        assert addresses(connection, 1, 9).keys() == {2}
        assert check_log(connection).whole
        assert [one.entry.origin == "" for one in newest_entries(connection, 5)] == [True, False, False]


def test_whatever_text_a_name_has_it_is_kept_and_the_log_stays_whole(engine: Engine):
    odd = By("person", 1, "half \ud83d and \0 zero", "x" * 500)
    with writing(engine) as connection:
        note(connection, NOON_MS, odd, Act.CHANGE_NOTED, "مقصد \ud83d", words="\udfff ' \" \\ \n")
    with reading(engine) as connection:
        assert check_log(connection).whole
        assert newest_entries(connection, 1)[0].address == "x" * 64


def test_a_key_never_gets_into_the_log(engine: Engine):
    with writing(engine) as connection:
        note(connection, NOON_MS, EWA, Act.TOKEN_MADE, "x", text="slv_x_4nf5k9ZaKeKUzBzRkXO4NGVbMHHuRlEsrWoQq6Kk4pUeMsC5f0")
    with reading(engine) as connection:
        assert json.loads(newest_entries(connection, 1)[0].entry.details) == {"text": "slv_x_..."}


def test_one_may_ask_for_some_acts_and_for_a_part(engine: Engine):
    add(engine, "S001", "S002", "S003")
    with writing(engine) as connection:
        note(connection, NOON_MS, EWA, Act.SIGNED_IN)
    with reading(engine) as connection:
        assert [one.entry.about for one in newest_entries(connection, 2, 1, (Act.STORE_ADDED,))] == ["S002", "S001"]
        assert [one.entry.act for one in newest_entries(connection, 1)] == ["signed-in"]


def test_a_log_with_a_hole_goes_on_and_says_so(engine: Engine):
    add(engine, "S001", "S002")
    with writing(engine) as connection:
        run(connection, "UPDATE counters SET value = 5 WHERE name = 'audit'")
    add(engine, "S003")
    with reading(engine) as connection:
        found = check_log(connection)
    assert found.fault is not None
    assert (found.fault.number, found.fault.what, found.head.number) == (3, "missing", 2)
