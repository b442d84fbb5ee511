"""An empty PostgreSQL database for one benchmark: the one that SALVE_DATABASE_URL names, or one of a server of its own."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

SUPPORT = Path(__file__).parents[1] / "tests" / "support"
GIVEN = "SALVE_DATABASE_URL"


def lacks_postgresql() -> str:
    """What keeps one from being there, "" when nothing does."""
    return "" if _given() or _support().programs_of_postgresql() else f"needs PostgreSQL, or an empty database in {GIVEN}"


@contextmanager
def empty_database() -> Iterator[str]:
    """Its address; a server of its own keeps what it commits, as a real one does."""
    if _given():
        yield _given()
        return
    support = _support()
    with support.running(support.programs_of_postgresql(), ()) as socket, support.new_database(socket) as url:
        yield url


def _given() -> str:
    url = os.environ.get(GIVEN, "")
    return url if url.startswith("postgresql") else ""


def _support() -> Any:
    # The tests' own server; its file lies where tests find it.
    sys.path.insert(0, str(SUPPORT))
    return importlib.import_module("postgres_server")
