"""The statements run on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from databases import DATABASES


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """This room's tests run on both databases."""
    return str(request.param)
