"""Migrations make exactly the tables that the code uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from server.database.engine import make_engine, reading, writing
from server.database.life import read_life
from server.database.migrate import TooNew, is_current, upgrade
from server.database.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    engine = make_engine(f"sqlite:///{tmp_path / 'new 100%.db'}")
    yield engine
    engine.dispose()


def test_a_new_database_gets_the_tables_that_the_code_uses(empty: Engine) -> None:
    assert not is_current(empty)
    upgrade(empty)
    with reading(empty) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert is_current(empty)


def test_the_migrated_and_the_created_database_have_the_same_columns_checks_and_keys(empty: Engine, engine: Engine) -> None:
    upgrade(empty)

    def clauses(of: Engine) -> dict[str, list[str]]:
        # The order of clauses differs, and says nothing. What comparing metadata does not see is here: CHECK and WITHOUT ROWID.
        with reading(of) as connection:
            rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            return {
                row.name: sorted(clause.strip(" ,)") for clause in row.sql.splitlines())
                for row in rows
                if not row.name.startswith("alembic")
            }

    found = clauses(empty)
    assert found == clauses(engine)
    assert any("ck_users_role" in clause for clause in found["users"])
    assert any("WITHOUT ROWID" in clause for clause in found["reactions"])


def test_upgrading_twice_keeps_the_epoch(empty: Engine) -> None:
    upgrade(empty)
    with reading(empty) as connection:
        epoch = read_life(connection).epoch
    upgrade(empty)
    with reading(empty) as connection:
        assert read_life(connection).epoch == epoch


def test_a_database_of_a_later_release_is_refused(empty: Engine) -> None:
    upgrade(empty)
    with writing(empty) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(TooNew, match="9999"):
        upgrade(empty)
