"""The house keeps its rules: a wrong import is found, wherever somebody plants it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("wire", "hardware", "kiosk", "server", "demo")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--config", "pyproject.toml", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def test_the_house_as_it_stands_keeps_its_rules(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("kiosk/press.py", "import server.settings"),
        ("server/ingest/routes.py", "import kiosk.clock"),
        ("server/web/routes.py", "import server.ingest.routes"),
        ("server/database/engine.py", "import server.access.scope"),
        ("server/analysis/proportions.py", "import time"),
        ("kiosk/misuse.py", "import kiosk.clock"),
        ("hardware/debounce.py", "import time"),
        ("wire/limits.py", "import flask"),
        ("kiosk/press.py", "import requests"),
        ("kiosk/press.py", "import sqlite3"),
        ("kiosk/press.py", "import gpiozero"),
        ("server/web/routes.py", "import sqlalchemy"),
        ("server/unplaced.py", ""),
    ],
)
def test_a_planted_wrong_import_breaks_a_rule(house: Path, file: str, line: str) -> None:
    path = house / file
    before = path.read_text() if path.exists() else None
    try:
        path.write_text(f"{before or ''}\n{line}\n")
        done = lint(house)
        assert done.returncode == 1, done.stdout
        assert "BROKEN" in done.stdout or "exhaustive" in done.stdout.lower()
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before)
