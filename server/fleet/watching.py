"""Keeps an eye on all kiosks: says when one falls silent or is well again, counts when they are heard, learns their pauses."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from server.database.buttons import silent_by_kiosk
from server.database.engine import reading, writing
from server.database.fleet import (
    FleetRow,
    fleet_rows,
    note_look,
    pauses_known_before,
    recent_presses,
    save_pause,
    save_state,
    stored_states,
)
from server.database.incidents import incidents_since
from server.fleet.states import DAY_MS, Facts, Trouble, is_heard, others_heard, remarks, troubles, usual_pause_ms

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Engine

log = logging.getLogger("salve.fleet")

# What was noticed once is shown for two weeks: long enough for somebody to go and look.
INCIDENT_MS = 14 * DAY_MS
PAUSES_OF_MS = 28 * DAY_MS
PAUSES_AT_ONCE = 100
LOOK_MS = 300_000
WELL, OFF = "well", "off"
UNIX_EPOCH_DAY = 719_163


class Watched(NamedTuple):
    """A kiosk with what is wrong with it, the most pressing first, and what is worth knowing."""

    row: FleetRow
    health: dict[str, Any]
    others_heard: bool | None
    troubles: list[Trouble]
    remarks: list[Trouble]

    @property
    def state(self) -> str:
        """The name of what is most wrong, or WELL, or OFF."""
        if self.row.disabled_ms is not None:
            return OFF
        return self.troubles[0].name if self.troubles else WELL


def look(connection: Connection, now_ms: int, store_ids: Collection[int] | None = None) -> list[Watched]:
    """How the kiosks are that stand in these stores (None is all), by store and code."""
    rows = fleet_rows(connection, store_ids)
    incidents: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for one in incidents_since(connection, now_ms - INCIDENT_MS):
        incidents[one.kiosk_id][one.what] = one.times
    silent = silent_by_kiosk(connection)
    of_store: defaultdict[int, list[FleetRow]] = defaultdict(list)
    for row in rows:
        of_store[row.store_id].append(row)
    found = []
    for row in rows:
        others = [
            is_heard(one.heard_ms, now_ms) for one in of_store[row.store_id] if one.id != row.id and one.disabled_ms is None
        ]
        health = _health(row.health)
        facts = Facts(
            enrolled_ms=row.enrolled_ms,
            heard_ms=row.heard_ms,
            disabled=row.disabled_ms is not None,
            health=health,
            refused=row.refused,
            held=row.held,
            pressed_ms=row.pressed_ms,
            usual_pause_ms=row.usual_pause_ms,
            incidents=incidents[row.id],
            others_heard=others_heard(others),
            silent_buttons=silent.get(row.id, ()),
            revoked=bool(row.revoked),
        )
        found.append(Watched(row, health, facts.others_heard, troubles(facts, now_ms), remarks(facts, now_ms)))
    return found


def watch(engine: Engine, now_ms: int) -> int:
    """Note and log every kiosk that is another than at the last look; returns how many."""
    with reading(engine) as connection:
        before = stored_states(connection)
        changed = [one for one in look(connection, now_ms) if one.state != before.get(one.row.id, "")]
    if changed:
        with writing(engine) as connection:
            for one in changed:
                save_state(connection, one.row.id, one.state, now_ms)
    for one in changed:
        log.log(
            logging.INFO if one.state in {WELL, OFF} else logging.WARNING,
            "%s in %s: %s",
            one.row.code,
            one.row.store,
            one.state,
        )
    return len(changed)


def count_heard(engine: Engine, now_ms: int) -> int:
    """Count one look for the page's bars, which say how much of each day a kiosk was heard; returns how many kiosks."""
    with writing(engine) as connection:
        return note_look(connection, UNIX_EPOCH_DAY + now_ms // DAY_MS, now_ms - LOOK_MS)


def learn_pauses(engine: Engine, now_ms: int) -> int:
    """Work out the usual pause of kiosks where that is a day old; returns of how many."""
    with reading(engine) as connection:
        due = pauses_known_before(connection, now_ms - DAY_MS, PAUSES_AT_ONCE)
    for kiosk_id in due:
        with reading(engine) as connection:
            pause_ms = usual_pause_ms(recent_presses(connection, kiosk_id, now_ms - PAUSES_OF_MS))
        with writing(engine) as connection:
            save_pause(connection, kiosk_id, pause_ms, now_ms)
    return len(due)


def _health(text: str) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}
