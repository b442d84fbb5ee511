"""The worker notes each change of a kiosk once, counts when it is heard, and learns its pauses once a day."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from shops import Shops
from sqlalchemy import select, update

from server.analysis.opening_text import read_week
from server.database import tables
from server.database.engine import reading, writing
from server.database.opening import set_week
from server.fleet.watching import LOOK_MS, count_heard, learn_pauses, watch

if TYPE_CHECKING:
    from sqlalchemy import Engine

SYNCS = tables.kiosk_syncs
DAY_MS = 86_400_000
NOON_MS = 1_795_262_400_000
FIXED = {
    **dict.fromkeys(("stream", "boot", "config_version", "question_id"), 1),
    **dict.fromkeys(("elapsed_ms", "wall_ms", "mark", "reason", "time_quality"), 0),
    "synced": False,
    "button": "happy",
    "answer_id": 2,
    "faces": 2,
    "counted": True,
    "uncertainty_ms": 5,
}


@pytest.fixture
def shops(each_engine: Engine) -> Shops:
    return Shops(each_engine)


def rows(shops: Shops, table: Any) -> list[Any]:
    with reading(shops.engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def test_a_change_is_noted_and_logged_once(shops: Shops, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store = shops.store("S001", "Leeds")
    shops.kiosk(store, "K-001", heard_ms=clock.now_ms())
    second = shops.kiosk(store, "K-002", heard_ms=clock.now_ms())
    assert watch(shops.engine, clock.now_ms()) == 2
    assert watch(shops.engine, clock.now_ms()) == 0
    clock.advance(20 * 60_000)
    with writing(shops.engine) as connection:
        connection.execute(update(SYNCS).where(SYNCS.c.kiosk_id == second.id).values(heard_ms=clock.now_ms()))
    assert watch(shops.engine, clock.now_ms()) == 1
    assert watch(shops.engine, clock.now_ms()) == 0
    assert [(row.state, row.since_ms) for row in rows(shops, tables.kiosk_states)] == [
        ("silent", clock.now_ms()),
        ("well", clock.now_ms() - 20 * 60_000),
    ]
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == ["K-001 in S001: silent"]


def opens(shops: Shops, store: Any, week: str) -> None:
    with writing(shops.engine) as connection:
        set_week(connection, store.id, read_week(week))


def test_a_store_that_closes_is_noted_and_raises_no_alarm(shops: Shops, clock: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    store = shops.store("S001", "Leeds")
    opens(shops, store, "mon-sat 09:00-12:20")  # it is Saturday noon
    first = shops.kiosk(store, "K-001", heard_ms=clock.now_ms())
    shops.kiosk(store, "K-002", heard_ms=clock.now_ms() - 10 * 60_000)
    assert watch(shops.engine, clock.now_ms()) == 2
    # One is switched off with the lights; the other was not heard for half an hour of open time.
    clock.advance(21 * 60_000)
    with writing(shops.engine) as connection:
        heard_ms = clock.now_ms() - 60_000
        connection.execute(update(SYNCS).where(SYNCS.c.kiosk_id == first.id).values(heard_ms=heard_ms))
    assert watch(shops.engine, clock.now_ms()) == 2
    clock.advance(40 * 3_600_000)
    assert watch(shops.engine, clock.now_ms()) == 1
    assert [row.state for row in rows(shops, tables.kiosk_states)] == ["closed", "offline"]
    # Monday: silence is told a quarter of an hour after the doors open.
    clock.set(NOON_MS + 45 * 3_600_000 + 15 * 60_000)
    assert watch(shops.engine, clock.now_ms()) == 1
    assert [row.state for row in rows(shops, tables.kiosk_states)] == ["well", "offline"]
    clock.advance(60_000)
    watch(shops.engine, clock.now_ms())
    assert [row.state for row in rows(shops, tables.kiosk_states)] == ["offline", "offline"]
    assert [record.getMessage() for record in caplog.records] == [
        "K-001 in S001: well",
        "K-002 in S001: well",
        "K-002 in S001: silent",
        "K-002 in S001: offline",
        "K-001 in S001: offline",
    ]


def test_a_usual_pause_counts_open_time_where_hours_are_known(shops: Shops, clock: Any) -> None:
    now = clock.now_ms()
    store = shops.store("S001", "Leeds")
    opens(shops, store, "mon-sun 09:00-17:00")
    kiosk = shops.kiosk(store, "K-001", heard_ms=now)
    # Fifty presses a day, ten minutes apart from half past eight to twenty to five; nights are sixteen hours.
    days = [now - (21 - day) * DAY_MS - 3 * 3_600_000 - 1_800_000 for day in range(21)]
    press(shops, kiosk, [day + 600_000 * number for day in days for number in range(50)], now)
    assert learn_pauses(shops.engine, now) == 1
    assert [row.usual_pause_ms for row in rows(shops, tables.kiosk_states)] == [20 * 60_000]


def press(shops: Shops, kiosk: Any, moments: list[int], now: int) -> None:
    with writing(shops.engine) as connection:
        connection.execute(
            tables.streams.insert().values(kiosk_id=kiosk.id, number=1, token="ab" * 16, high=len(moments), first_ms=now)
        )
        places = {"kiosk_id": kiosk.id, "placement_id": kiosk.placement_id}
        connection.execute(
            tables.reactions.insert(),
            [FIXED | places | {"seq": seq, "pressed_ms": pressed_ms} for seq, pressed_ms in enumerate(moments, 1)],
        )


def test_looks_are_counted_by_day(shops: Shops, clock: Any) -> None:
    shops.kiosk(shops.store("S001", "Leeds"), "K-001", heard_ms=clock.now_ms())
    count_heard(shops.engine, clock.now_ms() + LOOK_MS)
    count_heard(shops.engine, clock.now_ms() + LOOK_MS + 1)
    count_heard(shops.engine, clock.now_ms() + DAY_MS)
    assert [(row.looks, row.heard) for row in rows(shops, tables.heard_days)] == [(2, 1), (1, 0)]


def test_the_usual_pause_is_learnt_once_a_day(shops: Shops, clock: Any) -> None:
    now = clock.now_ms()
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-001", heard_ms=now)
    press(shops, kiosk, [now - 60_000 * (1_201 - seq) for seq in range(1, 1_201)], now)
    assert learn_pauses(shops.engine, now) == 1
    assert [row.usual_pause_ms for row in rows(shops, tables.kiosk_states)] == [60_000]
    assert learn_pauses(shops.engine, now + DAY_MS - 1) == 0
    assert learn_pauses(shops.engine, now + DAY_MS + 1) == 1
    # Watching keeps what was learnt, and learning what was watched.
    assert watch(shops.engine, now) == 1
    assert learn_pauses(shops.engine, now + 3 * DAY_MS) == 1
    assert [(row.state, row.usual_pause_ms) for row in rows(shops, tables.kiosk_states)] == [("well", 60_000)]
