"""The table of all benchmarks: one runs for real in its smallest size, one that fails is named, what was kept can be read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import kept, report, run
from bench.parts import LONG, PARTS, SMALL, Part
from bench.table import RESULTS, Line

ROOT = Path(__file__).parents[2]
CHEAPEST = "syncs"


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_the_cheapest_benchmark_runs_in_its_smallest_size_and_leaves_the_kept_results_alone() -> None:
    before = {path: path.stat().st_mtime_ns for path in RESULTS.iterdir()}
    words = [sys.executable, "-m", "bench", "--small", CHEAPEST]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    table = ran.stdout.rsplit("\n\npath ", 1)[1]
    assert "syncs a press" in table
    assert f"bench.{CHEAPEST}: " in table
    assert " reactions in " in table
    assert f"python: {sys.version.split()[0]}" in table
    assert before == {path: path.stat().st_mtime_ns for path in RESULTS.iterdir()}


def test_a_benchmark_that_fails_is_named_and_the_next_one_is_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "nothing.json").write_text('{"table": []}')
    ran = [run(Part(("bench.nothing",), "nothing"), tmp_path), run(Part(("bench",), "x", lambda: "needs a cat"), tmp_path)]
    lines = report(ran)
    assert [(line.measured, line.met) for line in lines] == [
        ("FAILED with exit code 1 and no result", False),
        ("left out: needs a cat", None),
    ]
    assert "FAILED" in capfd.readouterr().out


def test_a_benchmark_that_keeps_its_lines_and_then_fails_is_a_failure(tmp_path: Path) -> None:
    kept_at = tmp_path / "odd.json"
    words = f"import pathlib, sys; pathlib.Path({str(kept_at)!r}).write_text('{{\"table\": []}}'); sys.exit(3)"
    (tmp_path / "odd.py").write_text(words)
    part = Part(("odd",), "odd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        assert [line.measured for line in run(part, tmp_path).lines] == ["FAILED with exit code 3"]


def test_a_result_in_an_older_form_is_named_and_not_shown_as_met(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"reactions": 3}')
    assert [(line.measured, line.met) for line in kept(Part(("bench.old",), "old"), tmp_path).lines] == [
        ("old.json has an older form", False)
    ]
    assert kept(Part(("bench.none",), "none"), tmp_path).lines[0].measured == "not measured"


def test_every_kept_result_has_the_form_of_today() -> None:
    for path in RESULTS.glob("*.json"):
        found = json.loads(path.read_text())
        assert [Line(**line) for line in found["table"]], path.name


def test_every_benchmark_of_the_table_has_a_small_size() -> None:
    assert [part.words[0] for part in sorted(PARTS)] == [part.words[0] for part in sorted(SMALL)]
    assert {part.words[0] for part in LONG} <= {part.words[0] for part in PARTS}
    assert "bench.exactly_once" in {part.words[0] for part in PARTS}
