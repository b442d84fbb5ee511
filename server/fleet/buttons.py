"""Finds buttons that look dead, from what was pressed beside them; the kiosk itself forgets at each start what it has seen."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from server.analysis.silent_buttons import silent_buttons
from server.database.buttons import buttons_due, presses_of_buttons, questions_of_buttons, save_silent
from server.database.engine import reading, writing
from server.fleet.states import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from sqlalchemy import Engine

log = logging.getLogger("salve.fleet")

# A share of presses is what it was in these days; it changes with seasons and staff.
PRESSES_OF_MS = 14 * DAY_MS
EVERY_MS = 6 * HOUR_MS
KIOSKS_AT_ONCE = 100


def find_silent(engine: Engine, now_ms: int) -> int:
    """Look at the buttons of kiosks where that is due, and again at those with a dead one; returns at how many kiosks."""
    with reading(engine) as connection:
        due = buttons_due(connection, now_ms - EVERY_MS, KIOSKS_AT_ONCE)
    for kiosk_id in due:
        with reading(engine) as connection:
            row_of = questions_of_buttons(connection, kiosk_id)
            presses = presses_of_buttons(connection, kiosk_id, now_ms - PRESSES_OF_MS) if row_of else []
        silent = silent_buttons(presses, row_of)
        with writing(engine) as connection:
            save_silent(connection, kiosk_id, silent, now_ms)
        if silent:
            log.info("kiosk %d: not pressed any more, while the others are: %s", kiosk_id, ", ".join(silent))
    return len(due)
