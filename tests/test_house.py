"""The house keeps its rules: a wrong import is found, wherever somebody plants it."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
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


def files_by_module(folder: Path) -> dict[str, Path]:
    found = [path.relative_to(folder) for room in ROOMS for path in (folder / room).rglob("*.py")]
    return {".".join(path.with_suffix("").parts).removesuffix(".__init__"): folder / path for path in found}


def imports_of(path: Path, modules: dict[str, Path]) -> set[str]:
    """Modules of the house that a file names, also where only its types need them."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            # `from room import file` names a file, `from room.file import name` what is in it.
            named |= {
                f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in modules else node.module
                for alias in node.names
            }
    return named & modules.keys()


def circle(folder: Path) -> list[str]:
    """Files that need each other in a ring, or none."""
    modules = files_by_module(folder)
    try:
        TopologicalSorter({name: imports_of(path, modules) - {name} for name, path in modules.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_files_need_each_other_in_a_ring(house: Path) -> None:
    assert circle(house) == []


def test_a_planted_ring_is_found(house: Path) -> None:
    path = house / "wire" / "messages.py"
    before = path.read_text()
    path.write_text(f"{before}\nfrom wire import limits\n")
    try:
        assert {"wire.messages", "wire.limits"} <= set(circle(house))
    finally:
        path.write_text(before)
