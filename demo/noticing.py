"""Plays the days on which kiosks were connected all day: presses come every few minutes, the watch looks, somebody reacts.

Nothing of what is noticed is written in by hand: the worker's own job runs over the made-up presses, with its clock set to each
of these moments, and the made-up manager presses the two buttons of the page.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from demo.history import last_saturday
from server.access.people import Person
from server.database.engine import reading, writing
from server.database.recoveries import ACKNOWLEDGED, DONE, open_ones, recovery_of_id, steps_of
from server.recovery.recoveries import say
from server.recovery.watch import learn_usual, watch_presses

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy import Engine

    from demo.feeding import Life, ReplayClock

MINUTE_MS = 60_000
TICK_MS = 5 * MINUTE_MS
# Closing is waited for by half an hour, because the last presses arrive after it.
AFTER_CLOSING_MS = 40 * MINUTE_MS
# How long after it was noticed the made-up manager says each.
SAID_AFTER_MS = {ACKNOWLEDGED: 8 * MINUTE_MS, DONE: 35 * MINUTE_MS}


def was_connected(life: Life, day: date) -> bool:
    """Whether a kiosk sent its presses all through a day: the stories that somebody could react to."""
    kiosk = life.enrolled.kiosk
    saturday = kiosk.bad_saturday and day == last_saturday(life.base)
    return saturday or kiosk.burst_day == (life.base - day).days


def play(client: FlaskClient, engine: Engine, clock: ReplayClock, lives: list[Life], day: date, now_ms: int) -> None:
    """Play a day of those of these kiosks that were connected, store by store, up to `now_ms`."""
    for code in dict.fromkeys(life.enrolled.store.code for life in lives if was_connected(life, day)):
        own = [life for life in lives if life.enrolled.store.code == code and was_connected(life, day)]
        store = own[0].enrolled.store
        zone = ZoneInfo(store.timezone)
        begin, end = (int(datetime.combine(day, time(hour), zone).timestamp() * 1000) for hour in (store.opens, store.closes))
        person = Person(0, f"manager.{code.lower()}@demo.example", "manager", "")
        for until_ms in range(begin + TICK_MS, min(end + AFTER_CLOSING_MS, now_ms), TICK_MS):
            for life in own:
                life.sync_part(client, clock, day, until_ms - TICK_MS, until_ms)
            learn_usual(engine, until_ms)
            watch_presses(engine, until_ms)
            _react(engine, person, until_ms)


def _react(engine: Engine, person: Person, now_ms: int) -> None:
    """Say "on it" and "done" a while after something was noticed."""
    with reading(engine) as connection:
        rows = open_ones(connection, lock=False)
        steps = steps_of(connection, [row.id for row in rows])
    for number, taken in steps.items():
        for what, after_ms in SAID_AFTER_MS.items():
            if what not in taken and now_ms - taken["noticed"].at_ms >= after_ms:
                with writing(engine) as connection:
                    row = recovery_of_id(connection, number)
                    if row is not None:
                        say(connection, row, what, person, now_ms)
