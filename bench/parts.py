"""Which benchmarks there are: their programs, sizes, where they keep their lines, and what they need."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

from bench.own_postgres import lacks_postgresql

if TYPE_CHECKING:
    from collections.abc import Callable


class Part(NamedTuple):
    """One benchmark: its program and arguments, where its lines are kept, and what keeps it from being run ("" if nothing)."""

    words: tuple[str, ...]
    kept: str
    lacks: Callable[[], str] = lambda: ""

    @property
    def name(self) -> str:
        """How it is called in the table."""
        return " ".join(self.words)


def _lacks_compiler() -> str:
    return "" if shutil.which("cc") else "needs a C compiler"


def _lacks_sqlite3() -> str:
    return "" if shutil.which("sqlite3") else "needs the program sqlite3"


def _lacks_browser() -> str:
    return "" if shutil.which("chromium") else "needs Chromium"


# Those that have one size only.
ONE_SIZE = (
    Part(("bench.syncs",), "syncs", _lacks_compiler),
    Part(("bench.light",), "light", _lacks_compiler),
    Part(("bench.ready",), "ready"),
    Part(("bench.drain",), "drain"),
    Part(("bench.group_commit",), "group-commit", _lacks_compiler),
)
PARTS = (
    Part(("bench.press",), "press"),
    *ONE_SIZE,
    Part(("bench.ingest",), "ingest"),
    Part(("bench.postgres",), "postgres", lacks_postgresql),
    Part(("bench.exactly_once",), "exactly-once"),
    Part(("bench.pages",), "pages-2000000"),
    Part(("bench.exports", "300000"), "exports-300000", _lacks_sqlite3),
    Part(("bench.slow_reader",), "slow-reader-1000000"),
    Part(("bench.fleet", "--kiosks", "1000"), "fleet-return-1000"),
    Part(("bench.fleet", "--kiosks", "3000", "--steady", "120"), "fleet-steady-3000"),
    Part(("bench.visible",), "visible", _lacks_browser),
)
LONG = (
    Part(("bench.pages", "--reactions", "10000000"), "pages-10000000"),
    Part(("bench.exports", "10000000"), "exports-10000000", _lacks_sqlite3),
    Part(("bench.slow_reader", "--reactions", "10000000", "--slow", "150"), "slow-reader-10000000"),
    Part(("bench.fleet", "--kiosks", "10000"), "fleet-return-10000"),
)
SMALL = (
    Part(("bench.press", "1"), "press"),
    *ONE_SIZE,
    Part(("bench.ingest", "40"), "ingest"),
    Part(("bench.postgres", "2"), "postgres", lacks_postgresql),
    Part(("bench.exactly_once", "2000"), "exactly-once"),
    Part(("bench.pages", "--reactions", "100100"), "pages-100100"),
    Part(("bench.exports", "6000"), "exports-6000", _lacks_sqlite3),
    Part(("bench.slow_reader", "--reactions", "6000", "--slow", "2"), "slow-reader-6000"),
    Part(("bench.fleet", "--kiosks", "40"), "fleet-return-40"),
    Part(("bench.fleet", "--kiosks", "40", "--steady", "5"), "fleet-steady-40"),
    Part(("bench.visible",), "visible", _lacks_browser),
)
