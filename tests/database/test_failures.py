"""The database's own failures in one line."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from server.database.engine import make_engine, reading
from server.database.failures import OperationalError, SQLAlchemyError, first_line


def test_a_failure_is_one_line_without_the_statement() -> None:
    engine = make_engine("sqlite://")
    with pytest.raises(OperationalError) as failed, reading(engine) as connection:
        connection.execute(text("SELECT secret FROM nowhere"))
    engine.dispose()
    assert first_line(failed.value) == "no such table: nowhere"


def test_a_failure_without_words_has_its_name() -> None:
    assert first_line(SQLAlchemyError()) == "SQLAlchemyError"
    assert first_line(SQLAlchemyError("first.\nsecond")) == "first"
