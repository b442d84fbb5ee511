"""Connections to an embedded database: reading waits for nobody, and what a new file alone can be given, it gets."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from server.database.driver import run
from server.database.engine import make_engine, reading, writing

if TYPE_CHECKING:
    from pathlib import Path

INCREMENTAL = 2


def test_a_new_connection_reads_while_another_writes(tmp_path: Path) -> None:
    engines = [make_engine(f"sqlite:///{tmp_path / 'salve.db'}") for _ in range(2)]
    with writing(engines[0]) as connection:
        run(connection, "CREATE TABLE things (name TEXT)")
    with writing(engines[0]) as writer:
        run(writer, "INSERT INTO things VALUES ('a')")
        # One that waited for the writer would wait in vain: it is the one who is waited for.
        for engine in engines:
            with reading(engine) as connection:
                assert run(connection, "SELECT COUNT(*) FROM things").scalar_one() == 0
    for engine in engines:
        engine.dispose()


def test_a_new_file_can_give_back_what_is_archived_and_one_that_was_there_stays_as_it_is(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with sqlite3.connect(old) as made:
        made.execute("CREATE TABLE things (name TEXT)")
    made.close()
    for path, mode in ((tmp_path / "new.db", INCREMENTAL), (old, 0)):
        engine = make_engine(f"sqlite:///{path}")
        with writing(engine) as connection:
            run(connection, "CREATE TABLE more (name TEXT)")
        with reading(engine) as connection:
            assert run(connection, "PRAGMA auto_vacuum").scalar_one() == mode
        engine.dispose()
