"""A copy of an embedded database that can not be finished says where it stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.database import sqlite_copies
from server.database.driver import run
from server.database.engine import reading
from server.errors import Unfit

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine


@pytest.fixture
def database() -> str:
    return "sqlite"


def test_a_copy_that_finds_no_room_names_its_file(engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    with reading(engine) as source, sqlite_copies._plain(file) as target:
        # Fewer pages than the database has: what a full disk is to SQLite.
        run(target, "PRAGMA max_page_count = 3")
        with pytest.raises(Unfit, match=f"Copying into {file} stopped: .*full"):
            sqlite_copies._copy(source, target, lambda _done, _whole: None, file)
