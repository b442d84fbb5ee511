"""Plain statements are written once for both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from server.database.driver import copy_in, for_update, marks, run, run_many
from server.database.engine import make_engine, reading, writing
from server.database.failures import OperationalError, SQLAlchemyError, first_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request, tmp_path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path / 'things.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_a_statement_runs_with_its_values_on_either_database(engine, postgres_url) -> None:
    other = make_engine(postgres_url)
    for each in (engine, other):
        with writing(each) as connection:
            run(connection, "CREATE TABLE things (name VARCHAR(20), size INTEGER)")
            run_many(connection, "INSERT INTO things (name, size) VALUES (?, ?)", [("a", 1), ("b", 2), ("c", 3)])
            run_many(connection, "INSERT INTO things (name, size) VALUES (?, ?)", [])
            wanted = f"SELECT name FROM things WHERE size IN ({marks(2)}) ORDER BY name"
            assert [row[0] for row in run(connection, wanted + for_update(connection), (1, 3))] == ["a", "c"]
            run(connection, "DROP TABLE things")
    other.dispose()


def test_what_a_statement_finds_can_be_read_in_several_ways(either) -> None:
    with writing(either) as connection:
        run(connection, "CREATE TABLE things (name VARCHAR(20), size INTEGER)")
        run_many(connection, "INSERT INTO things (name, size) VALUES (?, ?)", [("a", 1), ("b", 2)])
        sizes = "SELECT size, name FROM things WHERE size > ? ORDER BY size"
        assert run(connection, sizes, (0,)).all() == list(run(connection, sizes, (0,))) == [(1, "a"), (2, "b")]
        assert run(connection, sizes, (0,)).first() == (1, "a")
        assert run(connection, sizes, (0,)).scalars() == [1, 2]
        assert (run(connection, sizes, (0,)).scalar(), run(connection, sizes, (1,)).scalar_one()) == (1, 2)
        assert (run(connection, sizes, (9,)).first(), run(connection, sizes, (9,)).scalar()) == (None, None)
        for least in (0, 9):
            with pytest.raises(ValueError, match="values to unpack"):
                run(connection, sizes, (least,)).one()
        changed = run(connection, "UPDATE things SET size = size + 1")
        assert (changed.rowcount, changed.all()) == (2, [])
        run(connection, "DROP TABLE things")


def test_a_statement_that_fails_says_so_as_sqlalchemy_does_and_tells_no_values(either) -> None:
    with writing(either) as connection:
        run(connection, "CREATE TABLE things (name VARCHAR(20) PRIMARY KEY)")
    for rows in ([("secret",)], [("other",), ("secret",)]):
        with pytest.raises(IntegrityError) as failed, writing(either) as connection:
            run_many(connection, "INSERT INTO things (name) VALUES (?)", [*rows, *rows])
        assert "secret" not in str(failed.value).partition("DETAIL")[0]
        assert failed.value.hide_parameters
    with writing(either) as connection:
        assert run(connection, "SELECT COUNT(*) FROM things").scalar_one() == 0
        run(connection, "DROP TABLE things")


def test_a_connection_that_broke_is_not_used_again(postgres_url) -> None:
    engine = make_engine(postgres_url)
    numbers: list[int] = []

    def ask_after_the_server_hung_up() -> None:
        with writing(engine) as connection:
            numbers.append(run(connection, "SELECT pg_backend_pid()").scalar_one())
            with writing(engine) as other:
                run(other, "SELECT pg_terminate_backend(?)", (numbers[0],))
            run(connection, "SELECT 1")

    with pytest.raises(OperationalError) as failed:
        ask_after_the_server_hung_up()
    assert failed.value.connection_invalidated
    with reading(engine) as connection:
        assert run(connection, "SELECT pg_backend_pid()").scalar_one() not in numbers
    engine.dispose()


def test_rows_that_are_copied_in_fail_as_a_statement_does(postgres_url) -> None:
    engine = make_engine(postgres_url)
    with writing(engine) as connection:
        run(connection, "CREATE TABLE things (name VARCHAR(20) PRIMARY KEY, size INTEGER)")
        copy_in(connection, "things", ("name", "size"), [("tab\t, line\n and \\N", 1), ("b", None)])
        assert sorted(run(connection, "SELECT * FROM things").all(), key=lambda row: row[0])[1][0] == "tab\t, line\n and \\N"
    with pytest.raises(SQLAlchemyError) as failed, writing(engine) as connection:
        copy_in(connection, "things", ("name", "size"), [("c", 1), ("b", 2)])
    assert "duplicate key" in first_line(failed.value)
    with writing(engine) as connection:
        assert run(connection, "SELECT COUNT(*) FROM things").scalar_one() == 2
    engine.dispose()
