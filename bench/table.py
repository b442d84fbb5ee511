"""What all benchmarks share: lines of one table, the machine that they were measured on, and the JSON that is kept."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RESULTS_IN = "SALVE_BENCH_RESULTS"
RESULTS = Path(os.environ.get(RESULTS_IN) or Path(__file__).parent / "results")


class Line(NamedTuple):
    """One path: beside what it was measured, its goal, what was measured, and whether the goal is met; None has no goal."""

    path: str
    beside: str
    goal: str
    measured: str
    met: bool | None = None


def machine() -> dict[str, Any]:
    """What a figure depends on besides the code."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown",
    )
    return {
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {model}",
        "load_before": round(os.getloadavg()[0], 1),
    }


def keep(name: str, lines: Sequence[Line], facts: Mapping[str, object]) -> None:
    """Write what was measured to the results, beside the machine."""
    RESULTS.mkdir(exist_ok=True)
    found = {"table": [line._asdict() for line in lines], **facts, **machine()}
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


def show(lines: Sequence[Line]) -> None:
    """Print lines as a table."""
    words = {True: "met", False: "NOT MET", None: ""}
    rows = [(line.path, line.beside, line.goal, line.measured, words[line.met]) for line in lines]
    rows.insert(0, ("path", "beside", "goal", "measured", ""))
    wide = [max(len(row[place]) for row in rows) for place in range(4)]
    for row in rows:
        print("  ".join((*(text.ljust(width) for text, width in zip(row, wide, strict=False)), row[4])).rstrip())  # noqa: T201


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so many of these are at most; 0 of none."""
    found = sorted(values)
    return found[min(len(found) - 1, int(share * len(found)))] if found else 0.0
