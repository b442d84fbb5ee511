"""What the fleet page reads of a kiosk is true also when its streams arrive out of their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from shops import Kiosk, Shops

from server.database import tables
from server.database.engine import reading, writing
from server.database.fleet import fleet_rows

if TYPE_CHECKING:
    from sqlalchemy import Engine

DAY_MS = 86_400_000
RAW: dict[str, Any] = {
    **dict.fromkeys(("boot", "config_version", "question_id"), 1),
    **dict.fromkeys(("elapsed_ms", "wall_ms", "mark", "reason", "time_quality"), 0),
    "synced": False,
    "button": "happy",
    "answer_id": 2,
    "faces": 2,
    "counted": True,
    "uncertainty_ms": 5,
}


@pytest.fixture
def shops(engine: Engine) -> Shops:
    return Shops(engine)


def add_stream(shops: Shops, kiosk: Kiosk, number: int, first_ms: int, *pressed_ms: int) -> None:
    presses = [
        RAW | {"kiosk_id": kiosk.id, "placement_id": kiosk.placement_id, "stream": number, "seq": seq, "pressed_ms": at_ms}
        for seq, at_ms in enumerate(pressed_ms, 1)
    ]
    with writing(shops.engine) as connection:
        row = {"kiosk_id": kiosk.id, "number": number, "token": f"{number:032x}", "high": len(presses), "first_ms": first_ms}
        connection.execute(tables.streams.insert().values(row))
        if presses:
            connection.execute(tables.reactions.insert(), presses)


def newest_press(shops: Shops) -> int | None:
    with reading(shops.engine) as connection:
        [row] = fleet_rows(connection)
    return row.pressed_ms


def test_a_backlog_that_came_after_the_running_stream_does_not_make_its_last_press_the_newest(shops: Shops, clock: Any) -> None:
    now = clock.now_ms()
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-001", heard_ms=now)
    add_stream(shops, kiosk, 7, now - DAY_MS, now - DAY_MS, now - 60_000)
    # Two days offline with a restart between, or a buffer that was salvaged: older presses in streams that are newer here.
    add_stream(shops, kiosk, 8, now - DAY_MS, now - 9 * DAY_MS, now - 5 * DAY_MS)
    add_stream(shops, kiosk, 9, now - DAY_MS, now - 3 * DAY_MS)
    assert newest_press(shops) == now - 60_000


def test_a_kiosk_that_nobody_presses_still_has_its_last_press(shops: Shops, clock: Any) -> None:
    now = clock.now_ms()
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-001", heard_ms=now)
    assert newest_press(shops) is None
    add_stream(shops, kiosk, 3, now - 40 * DAY_MS, now - 35 * DAY_MS)
    add_stream(shops, kiosk, 4, now - 20 * DAY_MS)
    assert newest_press(shops) == now - 35 * DAY_MS
