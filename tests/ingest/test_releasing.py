"""Held reactions are counted once their reason is gone, each once, with a row in the ledger of revisions."""

from __future__ import annotations

import pytest

from server.database import tables
from server.database.engine import writing
from server.ingest.releasing import release


def counted(house) -> int:
    return house.total(tables.days, "positive") + house.total(tables.days, "negative")


def make_known(house, kiosk, version: int) -> None:
    """Give the kiosk's configuration a second version, as a restored server that learns of it again."""
    with writing(house.engine) as connection:
        for table in (tables.config_versions, tables.config_buttons):
            rows = [dict(row._mapping) for row in connection.execute(table.select())]
            connection.execute(table.insert(), [row | {"version": version} for row in rows if row["version"] == kiosk.version])


def test_a_reaction_of_an_unknown_configuration_counts_once_that_is_known(house) -> None:
    kiosk = house.enrol()
    kiosk.sync([kiosk.press(1_000), kiosk.press(30_000, version=7), kiosk.press(60_000, "welcome-happy", visit=2)])
    assert release(house.engine, house.clock.now_ms()) == 0
    assert (counted(house), len(house.rows(tables.held))) == (2, 1)
    make_known(house, kiosk, 7)
    house.clock.advance(5_000)
    assert release(house.engine, house.clock.now_ms()) == 1
    assert (counted(house), house.rows(tables.held)) == (3, [])
    assert house.wrong_figures() == []
    assert [(row.seq, row.what) for row in house.rows(tables.revisions)] == [(2, "released")]
    assert house.total(tables.visit_days, "both") == 1
    assert release(house.engine, house.clock.now_ms()) == 0
    reply = kiosk.sync([kiosk.press(1_000), kiosk.press(30_000, version=7)])
    assert (reply["stored"], reply["duplicate"]) == (0, 2)


@pytest.mark.parametrize("daily_quota", [2])
def test_what_came_above_the_quota_waits_for_somebody_to_say_so(house, daily_quota) -> None:
    kiosk = house.enrol()
    kiosk.sync([kiosk.press(second * 30_000) for second in range(1, 6)])
    assert (counted(house), len(house.rows(tables.held))) == (2, 3)
    assert release(house.engine, house.clock.now_ms()) == 0
    other = house.enrol("sha256:another")
    with writing(house.engine) as connection:
        ids = {row.code: row.id for row in connection.execute(tables.kiosks.select())}
    assert release(house.engine, house.clock.now_ms(), ids[other.code], beyond_quota=True) == 0
    assert release(house.engine, house.clock.now_ms(), ids[kiosk.code], beyond_quota=True) == 3
    assert (counted(house), house.rows(tables.held), house.wrong_figures()) == (5, [], [])


def test_what_waiting_does_not_cure_stays_held(house) -> None:
    kiosk = house.enrol()
    kiosk.sync([kiosk.press(1_000), kiosk.press(30_000, "no-such-button")])
    kiosk.sync([kiosk.press(1_001)])
    assert sorted(row.code for row in house.rows(tables.held)) == ["content-conflict", "unknown-button"]
    assert release(house.engine, house.clock.now_ms(), beyond_quota=True) == 0
    assert len(house.rows(tables.held)) == 2


def test_a_released_press_of_a_boot_without_word_from_the_server_is_looked_at_again_later(house) -> None:
    kiosk = house.enrol()
    press = kiosk.press(1_000, version=7, boot=2)
    kiosk.sync([press], boots=[["boot-one", 1], ["boot-two", 2]])
    make_known(house, kiosk, 7)
    assert release(house.engine, house.clock.now_ms()) == 1
    assert [(row.first_seq, row.last_seq) for row in house.rows(tables.unsettled)] == [(1, 1)]
    assert house.wrong_figures() == []
