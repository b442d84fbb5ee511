"""Every benchmark one after the other, and one table of all at the end: `python -m bench [--long]`.

Each is a program of its own that prints and keeps its lines; one that lacks what it needs is named and left out. All takes
about half an hour; --long adds those that take longer: ten million reactions, ten thousand kiosks.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.table import RESULTS, Line, keep, machine, show

if TYPE_CHECKING:
    from collections.abc import Callable


class Part(NamedTuple):
    """One benchmark: its program and arguments, where its lines are kept, and what keeps it from being run ("" if nothing)."""

    words: tuple[str, ...]
    kept: str
    lacks: Callable[[], str] = lambda: ""


def _lacks_compiler() -> str:
    return "" if shutil.which("cc") else "needs a C compiler"


def _lacks_sqlite3() -> str:
    return "" if shutil.which("sqlite3") else "needs the program sqlite3"


def _lacks_postgresql() -> str:
    given = os.environ.get("SALVE_DATABASE_URL", "")
    return "" if given.startswith("postgresql") else "needs an empty PostgreSQL database in SALVE_DATABASE_URL"


def _lacks_browser() -> str:
    return "" if shutil.which("chromium") else "needs Chromium"


PARTS = (
    Part(("bench.press",), "press"),
    Part(("bench.syncs",), "syncs", _lacks_compiler),
    Part(("bench.ready",), "ready"),
    Part(("bench.drain",), "drain"),
    Part(("bench.ingest",), "ingest"),
    Part(("bench.group_commit",), "group-commit", _lacks_compiler),
    Part(("bench.postgres",), "postgres", _lacks_postgresql),
    Part(("bench.pages",), "pages-2000000"),
    Part(("bench.exports",), "exports", _lacks_sqlite3),
    Part(("bench.slow_reader",), "slow-reader"),
    Part(("bench.fleet", "--kiosks", "1000"), "fleet-return-1000"),
    Part(("bench.fleet", "--kiosks", "3000", "--steady", "120"), "fleet-steady-3000"),
    Part(("bench.visible",), "visible", _lacks_browser),
)
LONG = (
    Part(("bench.pages", "--reactions", "10000000"), "pages-10000000"),
    Part(("bench.exports", "10000000"), "exports-10000000", _lacks_sqlite3),
    Part(("bench.slow_reader", "--reactions", "10000000", "--slow", "300"), "slow-reader-10000000"),
    Part(("bench.fleet", "--kiosks", "10000"), "fleet-return-10000"),
)


def lines_of(part: Part) -> list[Line]:
    """What a benchmark kept; nothing where it ended before it kept something."""
    path = RESULTS / f"{part.kept}.json"
    return [Line(**line) for line in json.loads(path.read_text())["table"]] if path.exists() else []


def run(part: Part) -> list[Line]:
    """Run one benchmark; its lines, or one that says why there are none."""
    name = " ".join(part.words)
    lacking = part.lacks()
    if lacking:
        return [Line(name, "", "", f"left out: {lacking}")]
    path = RESULTS / f"{part.kept}.json"
    before_s = time.time()
    print(f"\n{name} ...", flush=True)  # noqa: T201
    subprocess.run([sys.executable, "-m", *part.words], check=False)  # noqa: S603  (our own)
    if not path.exists() or path.stat().st_mtime < before_s:
        return [Line(name, "", "", "ended without a result", met=False)]
    return lines_of(part)


def main() -> int:
    """Run all, print and keep the table; answers 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="also what takes longer than minutes")
    parser.add_argument("--kept", action="store_true", help="run nothing, print what was kept")
    given = parser.parse_args()
    parts = (*PARTS, *LONG) if given.long or given.kept else PARTS
    lines = [line for part in parts for line in (lines_of(part) if given.kept else run(part))]
    print()  # noqa: T201
    show(lines)
    for name, value in machine().items():
        print(f"{name}: {value}")  # noqa: T201
    if not given.kept:
        keep("table", lines, {})
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
