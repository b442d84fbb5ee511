"""A made-up chain's roll-ups, written straight in: as many stores, kiosks and days as a page's cost is to be measured on."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from server.access.people import add_user
from server.analysis.tallies import BAND_COLUMNS
from server.database.engine import writing
from server.database.life import begin_life
from server.database.stores import add_store
from server.database.tables import days, kiosk_syncs, kiosks, metadata, placements, questions, visit_days
from server.survey.definitions import install_first
from server.survey.questions import install_starter

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MADE_MS = 1_780_000_000_000
SERVICE, EXPERIENCE = "got-needed", "felt-welcome"
TERRITORIES = (("GB", "Europe/London"), ("PL", "Europe/Warsaw"), ("IT", "Europe/Rome"), ("TR", "Europe/Istanbul"))
PASSWORD = "correct horse battery"  # noqa: S105  (of a database that lives for a minute)
BANDS = (0.3, 0.4, 0.3)


def make_chain(engine: Engine, stores: int, kiosks_each: int, first: date, end: date, presses: int = 20) -> None:
    """Fill an empty database: each kiosk has about `presses` of each of the starter pair on each day [first, end)."""
    metadata.create_all(engine)
    chance = random.Random(7)  # noqa: S311  (the same chain each time, no secret)
    with writing(engine) as connection:
        begin_life(connection)
        install_starter(connection, MADE_MS)
        install_first(connection, MADE_MS)
        asked = dict(connection.execute(select(questions.c.code, questions.c.id)).all())
        for number in range(stores):
            territory, zone = TERRITORIES[number % len(TERRITORIES)]
            code, region = f"S{number:04}", f"Region {number % 9}"
            store_id = add_store(connection, code, f"Store number {number}", zone, region, ("en",), territory, MADE_MS)
            shares = chance.betavariate(85, 15), chance.betavariate(70, 30)
            for kiosk in range(kiosks_each):
                _fill_kiosk(connection, store_id, f"K-{number}-{kiosk}", asked, shares, (first, end), presses, chance)
        add_user(connection, "office@bench.example", PASSWORD, "head-office", (), MADE_MS)
        add_user(connection, "manager@bench.example", PASSWORD, "manager", ("S0000",), MADE_MS)


def _fill_kiosk(
    connection: Connection,
    store_id: int,
    code: str,
    asked: dict[str, int],
    shares: tuple[float, float],
    span: tuple[date, date],
    presses: int,
    chance: random.Random,
) -> None:
    made = {"code": code, "hardware": code, "enrolled_ms": MADE_MS}
    kiosk = connection.execute(kiosks.insert().values(**made).returning(kiosks.c.id)).scalar_one()
    said = {"software": "", "config_seen": 1, "config_applied": 1, "health": "{}"}
    connection.execute(kiosk_syncs.insert().values(kiosk_id=kiosk, **said))
    place = {"kiosk_id": kiosk, "store_id": store_id, "touchpoint": "exit", "from_ms": MADE_MS}
    placement = connection.execute(placements.insert().values(**place).returning(placements.c.id)).scalar_one()
    rows, visits = [], []
    for back in range((span[1] - span[0]).days):
        at = {
            "kiosk_id": kiosk,
            "placement_id": placement,
            "local_day": (span[0] + timedelta(days=back)).toordinal(),
            "faces": 2,
        }
        for question, share in zip((SERVICE, EXPERIENCE), shares, strict=True):
            rows.append(at | {"question_id": asked[question]} | _day(share, presses, chance))
        cells = {"both": presses // 3, "service_only": presses // 5, "experience_only": 1, "neither": 1}
        visits.append(at | {"service_id": asked[SERVICE], "experience_id": asked[EXPERIENCE]} | cells)
    if rows:
        connection.execute(days.insert(), rows)
        connection.execute(visit_days.insert(), visits)


def _day(share: float, presses: int, chance: random.Random) -> dict[str, int]:
    bands: list[int] = []
    for part in BANDS:
        counted = round(presses * part * chance.uniform(0.6, 1.4))
        bands += [counted, round(counted * min(1.0, share * chance.uniform(0.9, 1.1)))]
    counted, positive = sum(bands[0::2]), sum(bands[1::2])
    clusters = {"clusters": counted, "sum_xx": positive, "sum_xn": positive, "sum_nn": counted}
    kinds = {"positive": positive, "negative": counted - positive, "marked": counted // 20}
    return kinds | clusters | dict(zip(BAND_COLUMNS, bands, strict=True))
