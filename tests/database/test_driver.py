"""Plain statements are written once for both databases."""

from __future__ import annotations

from server.database.driver import for_update, marks, run, run_many
from server.database.engine import make_engine, writing


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
