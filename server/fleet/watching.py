"""Keeps an eye on all kiosks: says when one falls silent or is well again, counts when they are heard, learns their pauses."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from server.analysis.opening import OpenTime
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
from server.database.opening import openings, times_of_placement
from server.database.placements import present_placement
from server.fleet.states import DAY_MS, Facts, Trouble, is_missed, others_heard, remarks, troubles, usual_pause_ms
from server.fleet.store_time import StoreTime

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Engine

    from server.analysis.opening import Doors

log = logging.getLogger("salve.fleet")

# What was noticed once is shown for two weeks: long enough for somebody to go and look.
INCIDENT_MS = 14 * DAY_MS
PAUSES_OF_MS = 28 * DAY_MS
PAUSES_AT_ONCE = 100
LOOK_MS = 300_000
WELL, CLOSED, OFF = "well", "closed", "off"
UNIX_EPOCH_DAY = 719_163


class Watched(NamedTuple):
    """A kiosk with what is wrong with it, the most pressing first, and what is worth knowing; `doors` are its store's."""

    row: FleetRow
    health: dict[str, Any]
    others_heard: bool | None
    troubles: list[Trouble]
    remarks: list[Trouble]
    doors: Doors | None

    @property
    def state(self) -> str:
        """The name of what is most wrong, or WELL, CLOSED where its store is, or OFF."""
        if self.row.disabled_ms is not None:
            return OFF
        if self.troubles:
            return self.troubles[0].name
        return CLOSED if self.doors is not None and not self.doors.open else WELL


def look(connection: Connection, now_ms: int, store_ids: Collection[int] | None = None) -> list[Watched]:
    """How the kiosks are that stand in these stores (None is all), by store and code."""
    rows = fleet_rows(connection, store_ids)
    incidents: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for one in incidents_since(connection, now_ms - INCIDENT_MS):
        incidents[one.kiosk_id][one.what] = one.times
    hours = openings(connection, {row.store_id for row in rows})
    times = {store_id: StoreTime(hours.get(store_id), now_ms) for store_id in {row.store_id for row in rows}}
    unheard = {row.id: times[row.store_id].since(row.enrolled_ms if row.heard_ms is None else row.heard_ms) for row in rows}
    silent = silent_by_kiosk(connection)
    of_store: defaultdict[int, list[FleetRow]] = defaultdict(list)
    for row in rows:
        of_store[row.store_id].append(row)
    found = []
    for row in rows:
        others = [
            one.heard_ms is not None and not is_missed(unheard[one.id])
            for one in of_store[row.store_id]
            if one.id != row.id and one.disabled_ms is None
        ]
        health, time = _health(row.health), times[row.store_id]
        facts = Facts(
            enrolled_ms=row.enrolled_ms,
            heard_ms=row.heard_ms,
            unheard_ms=unheard[row.id],
            disabled=row.disabled_ms is not None,
            health=health,
            refused=row.refused,
            held=row.held,
            pressed_ms=row.pressed_ms,
            unpressed_ms=0 if row.pressed_ms is None else time.since(row.pressed_ms),
            usual_pause_ms=row.usual_pause_ms,
            incidents=incidents[row.id],
            others_heard=others_heard(others),
            silent_buttons=silent.get(row.id, ()),
            revoked=bool(row.revoked),
        )
        found.append(Watched(row, health, facts.others_heard, troubles(facts, now_ms), remarks(facts, now_ms), time.doors))
    return found


def waiting_of(row: FleetRow) -> int:
    """How many presses still wait on a kiosk, by what it last told."""
    return max(0, row.thanked - row.known)


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
        # Every evening all stores close, and nobody wants to read that.
        if {one.state, before.get(one.row.id)} == {WELL, CLOSED}:
            continue
        log.log(
            logging.INFO if one.state in {WELL, CLOSED, OFF} else logging.WARNING,
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
            pause_ms = usual_pause_ms(_store_times(connection, kiosk_id, now_ms))
        with writing(engine) as connection:
            save_pause(connection, kiosk_id, pause_ms, now_ms)
    return len(due)


def _store_times(connection: Connection, kiosk_id: int, now_ms: int) -> list[int]:
    """When a kiosk's presses of the last weeks were made; in its store's open time where the hours are known."""
    pressed = recent_presses(connection, kiosk_id, now_ms - PAUSES_OF_MS)
    placement = present_placement(connection, kiosk_id)
    opening = None if placement is None else times_of_placement(connection, placement.id)[1]
    if opening is None:
        return pressed
    first, last = opening.day_of(now_ms - PAUSES_OF_MS), opening.day_of(now_ms)
    open_time = OpenTime(opening.windows(first - 1, last))
    return [open_time.until(at_ms) for at_ms in pressed]


def _health(text: str) -> dict[str, Any]:
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}
