"""What buttons a kiosk has, which presses they had lately, and which of them look dead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from server.database.codes import MARKS
from server.database.dimensions import EMPLOYEES
from server.database.driver import run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


class ButtonPress(NamedTuple):
    """A press of a button, and whether it counts."""

    button: str
    counts: bool


def buttons_due(connection: Connection, before_ms: int, limit: int) -> list[int]:
    """Kiosks whose buttons were looked at before then or never; those with a dead one are always due."""
    rows = run(
        connection,
        "SELECT k.id FROM kiosks k LEFT JOIN kiosk_buttons b ON b.kiosk_id = k.id"
        " WHERE k.disabled_ms IS NULL AND (COALESCE(b.known_ms, 0) < ? OR b.silent <> '[]')"
        " ORDER BY COALESCE(b.known_ms, 0), k.id LIMIT ?",
        (before_ms, limit),
    )
    return [row[0] for row in rows]


def questions_of_buttons(connection: Connection, kiosk_id: int) -> dict[str, int]:
    """The question of each button, by the configuration that the kiosk works with.

    Without employees' ones: that nobody presses one face of theirs is what they answer.
    """
    rows = run(
        connection,
        "SELECT b.button, b.question_id FROM kiosk_syncs k"
        " JOIN config_buttons b ON b.kiosk_id = k.kiosk_id AND b.version = k.config_applied"
        " JOIN questions q ON q.id = b.question_id WHERE k.kiosk_id = ? AND q.dimension <> ? ORDER BY b.button",
        (kiosk_id, EMPLOYEES),
    )
    return {button: question for button, question in rows}  # noqa: C416  (dict() of rows has no type)


def presses_of_buttons(connection: Connection, kiosk_id: int, since_ms: int) -> list[ButtonPress]:
    """Presses since then where the kiosk stands now, of buttons that ask what they asked then, in the order they were made."""
    rows = run(
        connection,
        "SELECT r.button, r.counted, r.mark FROM streams s JOIN reactions r ON r.kiosk_id = s.kiosk_id AND r.stream = s.number"
        " JOIN kiosk_syncs k ON k.kiosk_id = s.kiosk_id"
        " JOIN config_buttons b ON b.kiosk_id = k.kiosk_id AND b.version = k.config_applied"
        " AND b.button = r.button AND b.question_id = r.question_id"
        " JOIN placements p ON p.id = r.placement_id AND p.until_ms IS NULL"
        " WHERE s.kiosk_id = ? AND s.first_ms >= ? AND r.pressed_ms >= ? AND r.uncertainty_ms < 1800000"
        " ORDER BY r.pressed_ms, r.stream, r.seq",
        # A stream lasts a week at most, so one that began long before holds nothing of this time.
        (kiosk_id, since_ms - 8 * 86_400_000, since_ms),
    )
    return [ButtonPress(row[0], bool(row[1]) and row[2] == MARKS["vote"]) for row in rows]


def save_silent(connection: Connection, kiosk_id: int, silent: Sequence[str], now_ms: int) -> None:
    """Keep which buttons of a kiosk look dead."""
    run(
        connection,
        "INSERT INTO kiosk_buttons (kiosk_id, silent, known_ms) VALUES (?, ?, ?)"
        " ON CONFLICT (kiosk_id) DO UPDATE SET silent = excluded.silent, known_ms = excluded.known_ms",
        (kiosk_id, json.dumps(list(silent)), now_ms),
    )


def silent_by_kiosk(connection: Connection) -> dict[int, tuple[str, ...]]:
    """The buttons that look dead, of the kiosks that have any."""
    rows = run(connection, "SELECT kiosk_id, silent FROM kiosk_buttons WHERE silent <> '[]'")
    return {row[0]: tuple(json.loads(row[1])) for row in rows}
