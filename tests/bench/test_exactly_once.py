"""While four processes store, a reader who follows the cursor gets each reaction once, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from databases import DATABASES

from bench.exactly_once import try_out

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("database", DATABASES)
def test_a_reader_gets_each_reaction_once_while_four_processes_store(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    postgresql = database == "postgresql"
    url = request.getfixturevalue("postgres_tables") if postgresql else f"sqlite:///{tmp_path / 'salve.db'}"
    seen = try_out(url, tmp_path, reactions=5_000, batch=100)
    assert (seen.rows, seen.different, seen.disorder) == (5_000, 5_000, 0)
    assert seen.asked > 2
