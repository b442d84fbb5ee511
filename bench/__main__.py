"""Every benchmark one after the other, and one table of all at the end: `python -m bench [--long | --small] [NAME ...]`.

Each is a program of its own that prints and keeps its lines; one that lacks what it needs is named and left out, and one that
fails is named while the others go on. All takes about half an hour; --long adds those that take longer: ten million reactions,
ten thousand kiosks. --small shows in minutes that all of them run, with figures that mean nothing and are not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.own_postgres import GIVEN
from bench.parts import LONG, PARTS, SMALL
from bench.table import RESULTS, RESULTS_IN, Line, keep, machine, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.parts import Part

# Longer than the longest takes; what hangs may not keep the others from being run.
MOST_S = 3 * 3600


class Ran(NamedTuple):
    """A part's lines, of how many reactions or presses they tell (None where it is not said), and how long it took."""

    name: str
    lines: list[Line]
    rows: int | None = None
    seconds: float | None = None


def kept(part: Part, results: Path) -> Ran:
    """What a benchmark kept."""
    path = results / f"{part.kept}.json"
    if not path.exists():
        return Ran(part.name, [Line(part.name, "", "", "not measured")])
    found: dict[str, Any] = json.loads(path.read_text())
    if "table" not in found:
        return Ran(part.name, [Line(part.name, "", "", f"{path.name} has an older form", met=False)])
    return Ran(part.name, [Line(**line) for line in found["table"]], found.get("reactions", found.get("presses")))


def run(part: Part, results: Path) -> Ran:
    """Run one benchmark; its lines, or one that says why there are none."""
    if lacking := part.lacks():
        return Ran(part.name, [Line(part.name, "", "", f"left out: {lacking}")])
    print(f"\n{part.name} ...", flush=True)  # noqa: T201
    path = results / f"{part.kept}.json"
    before, began = _written(path), time.monotonic()
    try:
        code = subprocess.run(  # noqa: S603  (our own)
            [sys.executable, "-m", *part.words], check=False, timeout=MOST_S, env=_environment(results)
        ).returncode
    except subprocess.TimeoutExpired:
        return Ran(part.name, [Line(part.name, "", "", f"did not end in {MOST_S // 3600} hours", met=False)])
    if _written(path) == before:
        return Ran(part.name, [Line(part.name, "", "", f"FAILED with exit code {code} and no result", met=False)])
    found = kept(part, results)._replace(seconds=round(time.monotonic() - began, 1))
    if code and all(line.met is not False for line in found.lines):
        found.lines.append(Line(part.name, "", "", f"FAILED with exit code {code}", met=False))
    return found


def _written(path: Path) -> int | None:
    return path.stat().st_mtime_ns if path.exists() else None


def _environment(results: Path) -> dict[str, str]:
    # A database that was given would be used by two of them; each has an empty one of a server of its own.
    return {name: value for name, value in os.environ.items() if name != GIVEN} | {RESULTS_IN: str(results)}


def report(ran: Sequence[Ran]) -> list[Line]:
    """Print all lines as one table, with how many rows each part had, and the machine; returns the lines."""
    lines = [line for one in ran for line in one.lines]
    print()  # noqa: T201
    show(lines)
    print()  # noqa: T201
    for one in ran:
        rows = "" if one.rows is None else f"{one.rows:,} reactions"
        took = "" if one.seconds is None else f"in {one.seconds:.0f} s"
        if rows or took:
            print(" ".join(filter(None, (f"{one.name}:", rows, took))))  # noqa: T201
    for name, value in machine().items():
        print(f"{name}: {value}")  # noqa: T201
    return lines


def main() -> int:
    """Run all, print and keep the table; answers 1 when a goal is missed or a part failed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, such as exports")
    parser.add_argument("--long", action="store_true", help="also what takes longer than minutes")
    parser.add_argument("--small", action="store_true", help="whether all of them run, in their smallest sizes; keeps nothing")
    parser.add_argument("--kept", action="store_true", help="run nothing, make the table of what was kept")
    given = parser.parse_args()
    parts = SMALL if given.small else (*PARTS, *LONG) if given.long or given.kept else PARTS
    chosen = [part for part in parts if not given.names or part.words[0].removeprefix("bench.") in given.names]
    if not chosen:
        parser.error("there is no benchmark of that name")
    if given.small:
        with tempfile.TemporaryDirectory() as folder:
            lines = report([run(part, Path(folder)) for part in chosen])
        # At these sizes a goal says nothing; whether it ran does.
        return int(any(line.measured.startswith("FAILED") for line in lines))
    ran = [kept(part, RESULTS) if given.kept else run(part, RESULTS) for part in chosen]
    lines = report(ran)
    if not given.names:
        keep("table", lines, {"parts": [{"name": one.name, "rows": one.rows, "seconds": one.seconds} for one in ran]})
    return int(any(line.met is False for line in lines))


if __name__ == "__main__":
    sys.exit(main())
