"""What a standing kiosk asks from now on: a new configuration; the old ones stay for the presses made under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from server.database.kiosks import kiosk_by_code
from server.database.placements import present_placement
from server.database.questions import asked_now, wordings
from server.database.streams import lock_kiosks
from server.errors import Unfit
from server.fleet.configuration import make_config, newest_config, question_codes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from wire.messages import Config


def ask(connection: Connection, kiosk: str, question_codes: Sequence[str], now_ms: int) -> Config:
    """Let a kiosk ask these questions, one per row of its layout, from its next sync on; returns its configuration.

    Raises Unfit for a kiosk that stands nowhere, and for questions that do not fit its layout and its store.
    """
    row = kiosk_by_code(connection, kiosk)
    if row is None:
        raise Unfit(f"There is no kiosk {kiosk}; `salve-server kiosk list` shows all.")
    place, config = present_placement(connection, row.id), newest_config(connection, row.id)
    if place is None or config is None:
        raise Unfit(f"The kiosk {kiosk} stands nowhere; enrol it with a new code instead.")
    return make_config(connection, row.id, place.id, config.layout, question_codes, now_ms)


def give_new_wording(connection: Connection, code: str, now_ms: int) -> list[str]:
    """Give the wording that is valid now to every kiosk that asks an older one; returns those kiosks' codes.

    Raises Unfit when one of them can not have it; then none gets it.
    """
    # All locks before the first number of a configuration is taken, which everybody else's configuration then waits for: a
    # server that stores presses of one of these kiosks, and is about to renew its configuration, holds its lock already.
    locked = {row.kiosk_id for row in _asking_older(connection, code)}
    lock_kiosks(connection, sorted(locked))
    older = [row for row in _asking_older(connection, code) if row.kiosk_id in locked]
    for row in older:
        config = newest_config(connection, row.kiosk_id)
        if config is not None:
            ask(connection, row.kiosk, question_codes_of(config), now_ms)
    return [row.kiosk for row in older]


def _asking_older(connection: Connection, code: str) -> list[Row[Any]]:
    versions = {row.id: row for row in wordings(connection, code)}
    return [row for row in asked_now(connection) if row.question_id in versions and versions[row.question_id].retired_ms]
