"""Which commands begin a database, and where none may begin."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'salve.db'}"


@pytest.mark.parametrize("words", [("export", "kiosks"), ("worker",), ("token", "list"), ("backup", "x")], ids=" ".join)
def test_a_command_makes_nothing_in_a_folder_without_a_database(
    salve: Callable[..., Result], tmp_path: Path, words: tuple[str, ...]
) -> None:
    for folder in (tmp_path / "data", tmp_path):
        done = salve(*words, SALVE_DATA_DIR=str(folder))
        assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
        assert f"SALVE_DATA_DIR: there is no database {folder / 'salve.db'}" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("serve",), ("worker",), ("upgrade",), ("store", "list")], ids=" ".join)
def test_no_database_begins_beside_one_that_was_moved(
    ready: Callable[..., Result], tmp_path: Path, words: tuple[str, ...]
) -> None:
    data = tmp_path / "data"
    (data / "salve.db").rename(data / "salve.db.moved-20261122T210000Z")
    there = sorted(data.iterdir())
    done = ready(*words)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "SALVE_DATABASE_URL: must be the PostgreSQL address" in done.stderr
    assert sorted(data.iterdir()) == there
    # Brought back under its name it is a database like any other.
    (data / "salve.db.moved-20261122T210000Z").rename(data / "salve.db")
    assert ready("store", "list").exit_code == 0


def test_the_documented_units_run_the_server_with_the_settings_of_one_file(tmp_path: Path) -> None:
    text = OPERATIONS.read_text(encoding="utf-8")
    found = re.findall(r"`/etc/systemd/system/(salve-\w+\.service)`:\n\n```ini\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in found] == ["salve-server.service", "salve-worker.service"]
    for name, body in found:
        unit = ConfigParser(interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(body)
        assert unit["Service"]["EnvironmentFile"] == "/etc/salve/server.env"
        assert unit["Service"]["ExecStart"].endswith("serve" if "server" in name else "worker")
        (tmp_path / name).write_text(body.replace("/opt/salve/venv/bin/salve-server", shutil.which("true") or "/bin/true"))
    verify = shutil.which("systemd-analyze")
    if verify is not None:
        words = [verify, "verify", *(str(tmp_path / name) for name, _ in found)]
        said = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ | {"LC_ALL": "C"}, timeout=60)
        assert not [line for line in said.stderr.splitlines() if str(tmp_path) in line]
    assert "/etc/salve/server.env\nsystemctl start" in text
