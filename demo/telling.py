"""Brings the made-up chain into a database: stores, kiosks, and the weeks up to now, going on where it was interrupted."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from demo.chain import CHAIN, HISTORY_DAYS, STORES, TARGET_EXPERIENCE, TARGET_SERVICE, WEIGHTS
from demo.claiming import claim_on
from demo.feeding import Enrolled, Life, ReplayClock, as_json
from demo.noticing import play
from kiosk.files import write_durably
from server.analysis.opening_text import read_week
from server.app import create_app
from server.database.changes import note_change
from server.database.engine import writing
from server.database.life import name_chain
from server.database.opening import SpecialDay, set_special_day, set_week
from server.database.stores import add_store, store_by_code
from server.fleet.enrolment import make_code
from server.survey.definitions import current, declare
from server.survey.questions import install_starter
from wire.encoding import CONTENT_TYPE, convert, decode, encode
from wire.messages import Config, EnrolReply, EnrolRequest

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy import Connection, Engine

    from demo.chain import MadeUpKiosk, MadeUpStore
    from server.settings import Settings

DAY_MS = 86_400_000
# Every demonstration of a day shows the same chain.
SEED = "salve"


def add_stores(engine: Engine, now_ms: int) -> None:
    """Put questions, definitions and the twelve stores in, once, and say that the chain is made up."""
    with writing(engine) as connection:
        today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
        # Everything stands since before the history, so that its first week is judged as its last.
        now_ms -= (HISTORY_DAYS + 2) * DAY_MS
        name_chain(connection, CHAIN, made_up=True)
        install_starter(connection, now_ms)
        if current(connection).version == 1:
            declare(
                connection,
                now_ms,
                CHAIN,
                target_service=TARGET_SERVICE,
                target_experience=TARGET_EXPERIENCE,
                weights=WEIGHTS,
            )
        for store in STORES:
            if store_by_code(connection, store.code) is None:
                number = add_store(
                    connection,
                    store.code,
                    store.name,
                    store.timezone,
                    store.region,
                    store.languages,
                    store.territory,
                    now_ms,
                )
                _open(connection, number, store, today)
                for back, words in store.noted:
                    note_change(connection, number, (today - timedelta(back)).toordinal(), words, now_ms, CHAIN)


def _open(connection: Connection, store_id: int, store: MadeUpStore, today: date) -> None:
    """Enter a store's hours, and its holiday."""
    if store.hours_known:
        set_week(connection, store_id, read_week(f"mon-sun {store.opens:02d}:00-{store.closes:02d}:00"))
    if store.holiday is not None:
        day = today - timedelta(store.holiday)
        set_special_day(connection, store_id, SpecialDay(day.toordinal(), (), "A made-up holiday"))


def tell(settings: Settings, engine: Engine, notes: Path, now_ms: int, history_days: int = HISTORY_DAYS) -> list[Life]:
    """Bring the weeks up to `now_ms` in, showing progress, and return the kiosks; `notes` remembers how far it came.

    Raises:
        demo.feeding.Refused: the server did not take a part of it.
    """
    clock = ReplayClock()
    app = create_app(settings, clock, engine)
    try:
        if not notes.exists():
            _keep(notes, _begin(now_ms, history_days))
        return _tell(app.test_client(), engine, clock, notes, now_ms)
    finally:
        app.extensions["salve_close"]()


def _tell(client: FlaskClient, engine: Engine, clock: ReplayClock, notes: Path, now_ms: int) -> list[Life]:
    told = json.loads(notes.read_text())
    base, first = date.fromisoformat(told["base"]), date.fromisoformat(told["first"])
    done = date.fromisoformat(told["done"])
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    # A store east of here may already be in tomorrow, and its day must not wait for ours.
    days = [done + timedelta(at) for at in range(1, (today - done).days + 2)]
    # A history that was begun without a kiosk goes on without it: its first weeks would be missing.
    places = [
        (store, kiosk)
        for store in STORES
        for kiosk in store.kiosks
        if done < first or f"{store.code}/{kiosk.touchpoint}" in told["kiosks"]
    ]
    with click.progressbar(
        length=len(places) + len(days) * len(places), label="Made-up weeks up to now", show_eta=False
    ) as bar:
        lives = []
        for store, kiosk in places:
            enrolled = _enrolled(client, engine, clock, told, store, kiosk, first)
            # A key that was given and not kept would be a kiosk that nobody ever hears of again.
            _keep(notes, told)
            lives.append(Life(SEED, enrolled, base, first))
            bar.update(1)
        for day in days:
            play(client, engine, clock, [one for one in lives if one.evening_ms(day) > told.get("until_ms", 0)], day, now_ms)
            for life in sorted(lives, key=lambda life: life.evening_ms(day)):
                # Told again, a week that is over would speak after the week that runs: two machines under one name.
                if life.evening_ms(day) > told.get("until_ms", 0):
                    life.sync(client, clock, day, now_ms)
                bar.update(1)
            claim_on(engine, base, first, day, max(life.evening_ms(day) for life in lives))
            # The day that is still running somewhere is told again at the next start; what was sent then is known by then.
            if day < today - timedelta(1):
                told["done"] = day.isoformat()
            told["until_ms"] = min(now_ms, max(life.evening_ms(day) for life in lives))
            _keep(notes, told)
    return lives


def _begin(now_ms: int, history_days: int) -> dict[str, Any]:
    base = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    first = base - timedelta(history_days)
    return {
        "base": base.isoformat(),
        "first": first.isoformat(),
        "done": (first - timedelta(1)).isoformat(),
        "kiosks": {},
    }


def _enrolled(
    client: FlaskClient,
    engine: Engine,
    clock: ReplayClock,
    told: dict[str, Any],
    store: MadeUpStore,
    kiosk: MadeUpKiosk,
    first: date,
) -> Enrolled:
    name = f"{store.code}/{kiosk.touchpoint}"
    if name not in told["kiosks"]:
        begin_ms = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp() * 1000) - DAY_MS
        clock.set(begin_ms)
        with writing(engine) as connection:
            code = make_code(
                connection, begin_ms, store.code, kiosk.touchpoint, "two-row", (kiosk.experience, kiosk.service), minutes=60
            )
        hardware = "sha256:" + hashlib.sha256(f"{SEED}/{name}".encode()).hexdigest()
        answer = client.post(
            "/api/v1/enrol", data=encode(EnrolRequest(code, hardware, "made-up")), headers={"Content-Type": CONTENT_TYPE}
        )
        reply = decode(EnrolReply, answer.data)
        told["kiosks"][name] = as_json(Enrolled(store, kiosk, reply.key, reply.config))
    kept = told["kiosks"][name]
    return Enrolled(store, kiosk, kept["key"], convert(Config, kept["config"]))


def _keep(notes: Path, told: dict[str, Any]) -> None:
    write_durably(notes, json.dumps(told).encode())
