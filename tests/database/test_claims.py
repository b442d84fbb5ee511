"""Nothing changes a registered claim: the database refuses it, on both."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from trials import NOON_MS, START, Trials

from server.database.claims import all_claims, count_claims, end_claim, keep_result, starts_in_store
from server.database.engine import reading, writing
from server.database.tables import FROZEN, claim_endings, claim_results, claim_stores, claims


@pytest.fixture
def trials(engine) -> Trials:
    trials = Trials(engine)
    trials.before()
    return trials


def filled(trials: Trials) -> int:
    number = trials.register()
    with writing(trials.engine) as connection:
        end_claim(connection, number, "Because", NOON_MS, "a@b.example")
        keep_result(connection, number, 1, "{}", NOON_MS)
    return number


@pytest.mark.parametrize("table", FROZEN, ids=lambda table: table.name)
def test_the_database_refuses_to_change_or_delete_what_was_registered(trials, table):
    filled(trials)
    column = next(iter(table.columns))
    for statement in (update(table).values({column: 77}), delete(table)):
        with pytest.raises(DatabaseError, match="frozen"), writing(trials.engine) as connection:
            connection.execute(statement)
    with reading(trials.engine) as connection:
        assert connection.execute(text(f"SELECT COUNT(*) FROM {table.name}")).scalar_one() > 0


@pytest.mark.parametrize("table", FROZEN, ids=lambda table: table.name)
def test_nothing_goes_around_that_neither_by_another_row_in_its_place_nor_by_emptying_the_table(trials, table):
    filled(trials)
    with reading(trials.engine) as connection:
        before = connection.execute(table.select().order_by(*table.primary_key)).all()
    names = ", ".join(column.name for column in table.columns)
    around = {
        "sqlite": f"INSERT OR REPLACE INTO {table.name} ({names}) SELECT {names} FROM {table.name}",
        "postgresql": f"TRUNCATE {table.name} CASCADE",
    }
    with pytest.raises(DatabaseError, match="frozen"), writing(trials.engine) as connection:
        connection.execute(text(around[trials.engine.dialect.name]))
    with reading(trials.engine) as connection:
        assert connection.execute(table.select().order_by(*table.primary_key)).all() == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_claim_does_not_push_out_another_that_replaces_the_same_one(trials):
    first = trials.register()
    trials.register(title="Written anew", replaces=first)
    columns = [column.name for column in claims.columns if column.name != "id"]
    same = (
        f"INSERT OR REPLACE INTO claims ({', '.join(columns)}) SELECT {', '.join(columns)} FROM claims WHERE replaces_id = :id"
    )
    with pytest.raises(DatabaseError, match="frozen"), writing(trials.engine) as connection:
        connection.execute(text(same), {"id": first})


def test_the_frozen_tables_are_all_those_of_claims():
    assert set(FROZEN) == {claims, claim_stores, claim_endings, claim_results}


def test_a_claim_is_given_up_once_replaced_once_and_judged_once(trials):
    number = filled(trials)
    with pytest.raises(IntegrityError), writing(trials.engine) as connection:
        end_claim(connection, number, "Again", NOON_MS, "a@b.example")
    with pytest.raises(IntegrityError), writing(trials.engine) as connection:
        keep_result(connection, number, 1, "{}", NOON_MS)
    with reading(trials.engine) as connection:
        (stored,) = all_claims(connection)
        assert count_claims(connection) == 1
    assert (stored.ending.reason, [result.number for result in stored.results]) == ("Because", [1])


def test_a_claims_change_is_known_in_its_treated_stores_until_it_is_given_up(trials):
    number = trials.register()
    days = (START.toordinal(), START.toordinal() + 1)
    with reading(trials.engine) as connection:
        (start,) = starts_in_store(connection, trials.kiosks["S01"].store_id, *days)
        assert (start.claim_id, start.local_day, start.title) == (number, START.toordinal(), trials.wish().title)
        assert starts_in_store(connection, trials.kiosks["S04"].store_id, *days) == []
        assert starts_in_store(connection, trials.kiosks["S01"].store_id, days[0] - 9, days[0]) == []
    second = trials.register(title="Written anew", replaces=number)
    with reading(trials.engine) as connection:
        assert [start.claim_id for start in starts_in_store(connection, trials.kiosks["S01"].store_id, *days)] == [second]
    with writing(trials.engine) as connection:
        end_claim(connection, second, "Because", NOON_MS, "a@b.example")
    with reading(trials.engine) as connection:
        assert starts_in_store(connection, trials.kiosks["S01"].store_id, *days) == []
