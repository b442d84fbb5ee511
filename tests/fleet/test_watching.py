"""The worker notes each change of a kiosk once, counts when it is heard, and learns its pauses once a day."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from shops import Shops
from sqlalchemy import select, update

from server.database import tables
from server.database.engine import make_engine, reading, writing
from server.database.life import begin_life
from server.fleet.watching import LOOK_MS, count_heard, learn_pauses, watch

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_MS = 86_400_000


@pytest.fixture(params=["sqlite", "postgresql"])
def shops(request: pytest.FixtureRequest) -> Iterator[Shops]:
    if request.param == "sqlite":
        yield Shops(request.getfixturevalue("engine"))
        return
    engine = make_engine(request.getfixturevalue("postgres_url"))
    tables.metadata.create_all(engine)
    with writing(engine) as connection:
        begin_life(connection)
    yield Shops(engine)
    engine.dispose()


def rows(shops: Shops, table: Any) -> list[Any]:
    with reading(shops.engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def test_a_change_is_noted_and_logged_once(shops: Shops, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store = shops.store("S001", "Leeds")
    shops.kiosk(store, "K-001", heard_ms=clock.now_ms())
    shops.kiosk(store, "K-002", heard_ms=clock.now_ms())
    assert watch(shops.engine, clock.now_ms()) == 2
    assert watch(shops.engine, clock.now_ms()) == 0
    clock.advance(20 * 60_000)
    with writing(shops.engine) as connection:
        connection.execute(update(tables.kiosks).where(tables.kiosks.c.code == "K-002").values(heard_ms=clock.now_ms()))
    assert watch(shops.engine, clock.now_ms()) == 1
    assert watch(shops.engine, clock.now_ms()) == 0
    assert [(row.state, row.since_ms) for row in rows(shops, tables.kiosk_states)] == [
        ("silent", clock.now_ms()),
        ("well", clock.now_ms() - 20 * 60_000),
    ]
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == ["K-001 in S001: silent"]


def test_looks_are_counted_by_day(shops: Shops, clock: Any) -> None:
    shops.kiosk(shops.store("S001", "Leeds"), "K-001", heard_ms=clock.now_ms())
    count_heard(shops.engine, clock.now_ms() + LOOK_MS)
    count_heard(shops.engine, clock.now_ms() + LOOK_MS + 1)
    count_heard(shops.engine, clock.now_ms() + DAY_MS)
    assert [(row.looks, row.heard) for row in rows(shops, tables.heard_days)] == [(2, 1), (1, 0)]


def test_the_usual_pause_is_learnt_once_a_day(shops: Shops, clock: Any) -> None:
    now = clock.now_ms()
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-001", heard_ms=now)
    fixed = {
        **dict.fromkeys(("stream", "boot", "config_version", "question_id"), 1),
        **dict.fromkeys(("elapsed_ms", "wall_ms", "mark", "reason", "time_quality"), 0),
        "synced": False,
        "button": "happy",
        "answer_id": 2,
        "faces": 2,
        "counted": True,
        "uncertainty_ms": 5,
    }
    with writing(shops.engine) as connection:
        connection.execute(
            tables.streams.insert().values(kiosk_id=kiosk.id, number=1, token="ab" * 16, high=1_200, first_ms=now - 5 * DAY_MS)
        )
        connection.execute(
            tables.reactions.insert(),
            [
                fixed
                | {
                    "kiosk_id": kiosk.id,
                    "placement_id": kiosk.placement_id,
                    "seq": seq,
                    "pressed_ms": now - 60_000 * (1_201 - seq),
                }
                for seq in range(1, 1_201)
            ],
        )
    assert learn_pauses(shops.engine, now) == 1
    assert [row.usual_pause_ms for row in rows(shops, tables.kiosk_states)] == [60_000]
    assert learn_pauses(shops.engine, now + DAY_MS - 1) == 0
    assert learn_pauses(shops.engine, now + DAY_MS + 1) == 1
    # Watching keeps what was learnt, and learning what was watched.
    assert watch(shops.engine, now) == 1
    assert learn_pauses(shops.engine, now + 3 * DAY_MS) == 1
    assert [(row.state, row.usual_pause_ms) for row in rows(shops, tables.kiosk_states)] == [("well", 60_000)]
