"""A benchmark that nobody runs for months can still be begun."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.parametrize("name", sorted(path.stem for path in BENCH.glob("[!_]*.py")))
def test_every_benchmark_finds_what_it_needs(name: str) -> None:
    assert importlib.import_module(f"bench.{name}").__doc__
