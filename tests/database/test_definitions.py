"""Definitions as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from server.database.definitions import add_definition, definition_at, latest_definition
from server.database.engine import reading, writing

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_a_version_is_found_by_its_time_and_never_written_over(engine: Engine) -> None:
    with reading(engine) as connection:
        assert latest_definition(connection) is None
        assert definition_at(connection, 5) is None
    with writing(engine) as connection:
        for version, made_ms in ((1, 100), (2, 200)):
            add_definition(connection, version, "{}", made_ms, made_by="test")
        latest = latest_definition(connection)
        found = [definition_at(connection, at_ms) for at_ms in (0, 100, 199, 200)]
    assert latest is not None
    assert latest.version == 2
    assert [row.version if row else None for row in found] == [1, 1, 1, 2]
    with pytest.raises(IntegrityError), writing(engine) as connection:
        add_definition(connection, 2, "{}", 300, made_by="test")
