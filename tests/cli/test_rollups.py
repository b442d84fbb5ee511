"""`rollup check` and `rollup repair`."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result


def test_right_figures_pass(ready: Callable[..., Result]) -> None:
    checked = ready("rollup", "check")
    assert (checked.exit_code, checked.stdout) == (0, "0 figures wrong.\n")
    assert json.loads(ready("rollup", "repair", "--json").stdout) == {"rows": [], "clusters": []}


def test_a_wrong_one_fails_the_check_until_it_is_repaired(ready: Callable[..., Result], tmp_path: Path) -> None:
    ready("kiosk", "code", "--store", "S001", "--touchpoint", "exit", "--layout", "two")
    with closing(sqlite3.connect(tmp_path / "data" / "salve.db")) as database, database:
        database.execute(
            "INSERT INTO kiosks (id, code, hardware, enrolled_ms, software, config_seen, config_applied, health)"
            " VALUES (1, 'K-001', 'sha256:1', 0, '', 1, 1, '{}')"
        )
        database.execute("INSERT INTO placements (id, kiosk_id, store_id, touchpoint, from_ms) VALUES (1, 1, 1, 'exit', 0)")
        database.execute("INSERT INTO streams (kiosk_id, number, token, high, first_ms) VALUES (1, 1, ?, 1, 0)", ("0" * 32,))
        database.execute(
            "INSERT INTO reactions (kiosk_id, stream, seq, boot, elapsed_ms, wall_ms, synced, config_version, button, mark,"
            " placement_id, question_id, answer_id, faces, reason, counted, pressed_ms, uncertainty_ms, time_quality)"
            " VALUES (1, 1, 1, 1, 5, 5, 1, 1, 'happy', 0, 1, 1, 2, 2, 0, 1, 1795262400000, 5, 0)"
        )
    wrong = ready("rollup", "check")
    assert wrong.exit_code == 1
    assert wrong.stdout.endswith("figures wrong, in days, hours, open_clusters.\n")
    assert ready("rollup", "repair").stdout.endswith("figures put right, in days, hours, open_clusters.\n")
    assert ready("rollup", "check").exit_code == 0
