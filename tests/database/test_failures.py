"""The database's own failures in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from server.database.engine import reading
from server.database.failures import SQLAlchemyError, first_line

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_a_failure_is_one_line_without_the_statement(engine: Engine) -> None:
    with pytest.raises(SQLAlchemyError) as failed, reading(engine) as connection:
        connection.execute(text("SELECT secret FROM nowhere"))
    assert first_line(failed.value) in {"no such table: nowhere", 'relation "nowhere" does not exist'}


def test_a_failure_without_words_has_its_name() -> None:
    assert first_line(SQLAlchemyError(" ")) == "SQLAlchemyError"
    assert first_line(SQLAlchemyError("first.\nsecond")) == "first"
