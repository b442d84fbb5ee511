"""`rollup check` and `rollup repair`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from server.database.driver import run
from server.database.engine import make_engine, writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result


def test_right_figures_pass(ready: Callable[..., Result]) -> None:
    checked = ready("rollup", "check")
    assert (checked.exit_code, checked.stdout) == (0, "0 figures wrong.\n")
    assert json.loads(ready("rollup", "repair", "--json").stdout) == {"rows": [], "clusters": []}


def test_a_wrong_one_fails_the_check_until_it_is_repaired(ready: Callable[..., Result], database_url: str) -> None:
    ready("kiosk", "code", "--store", "S001", "--touchpoint", "exit", "--layout", "two")
    engine = make_engine(database_url)
    with writing(engine) as connection:
        run(
            connection,
            "INSERT INTO kiosks (id, code, hardware, enrolled_ms) VALUES (1, 'K-001', 'sha256:1', 0)",
        )
        run(connection, "INSERT INTO placements (id, kiosk_id, store_id, touchpoint, from_ms) VALUES (1, 1, 1, 'exit', 0)")
        run(connection, "INSERT INTO streams (kiosk_id, number, token, high, first_ms) VALUES (1, 1, ?, 1, 0)", ("0" * 32,))
        run(
            connection,
            "INSERT INTO reactions (kiosk_id, stream, seq, boot, elapsed_ms, wall_ms, synced, config_version, button, mark,"
            " placement_id, question_id, answer_id, faces, reason, counted, pressed_ms, uncertainty_ms, time_quality)"
            " VALUES (1, 1, 1, 1, 5, 5, true, 1, 'happy', 0, 1, 1, 2, 2, 0, true, 1795262400000, 5, 0)",
        )
    engine.dispose()
    wrong = ready("rollup", "check")
    assert wrong.exit_code == 1
    assert wrong.stdout.endswith("figures wrong, in days, hours, open_clusters.\n")
    assert ready("rollup", "repair").stdout.endswith("figures put right, in days, hours, open_clusters.\n")
    assert ready("rollup", "check").exit_code == 0
