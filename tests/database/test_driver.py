"""Plain statements are written once for both databases."""

from __future__ import annotations

import pytest

from server.database.driver import copy_in, for_update, marks, run, run_many
from server.database.engine import make_engine, writing
from server.database.failures import SQLAlchemyError, first_line


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
