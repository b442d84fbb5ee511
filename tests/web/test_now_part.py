"""Now names what keeps shoppers from being heard, and what came in late."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from shops import EXPERIENCE, TODAY
from sqlalchemy import update

from server.comparison.periods import parse_period
from server.comparison.summary import store_summary
from server.database.engine import reading, writing
from server.database.tables import config_versions, kiosk_syncs
from server.i18n.translator import translator
from server.web.now_part import ShownNow

NOON_MS = 1_795_262_400_000


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds")


@pytest.fixture
def now(shops, store):
    def shown(language="en"):
        with reading(shops.engine) as connection:
            summary = store_summary(connection, store, parse_period("7d", TODAY), NOON_MS)
        return ShownNow(summary, translator(language), NOON_MS)

    return shown


def say(shops, kiosk, health):
    with writing(shops.engine) as connection:
        connection.execute(update(kiosk_syncs).where(kiosk_syncs.c.kiosk_id == kiosk.id).values(health=json.dumps(health)))


def test_a_well_kiosk_is_no_trouble(shops, store, now):
    shops.kiosk(store, "K-001", heard_ms=NOON_MS - 1000)
    assert (now().troubles, now().heard) == ([], 1)


def test_a_stuck_button_is_named_by_what_is_written_beside_it(shops, store, now):
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS - 1000)
    texts = {"en": {"question": "Did you feel welcome?", "answer": "No"}}
    with writing(shops.engine) as connection:
        connection.execute(
            config_versions.insert().values(
                kiosk_id=kiosk.id,
                version=1,
                placement_id=kiosk.placement_id,
                body=json.dumps({"buttons": {"welcome-unhappy": {"texts": texts}}}),
                made_ms=1,
            )
        )
    say(shops, kiosk, {"faults": ["stuck:welcome-unhappy"]})
    (trouble,) = now().troubles
    assert (trouble.state, trouble.quiet) == ("A button is stuck", False)
    assert "<bdi>K-001</bdi> (<bdi>Exit</bdi>)" in trouble.words
    assert "<bdi>Did you feel welcome? No</bdi>” is held down" in trouble.words
    assert trouble.todo == "Free or change the button."


@pytest.mark.parametrize("health", [{"temperature_c": 92}, {"under_voltage": True}, {"faults": ["something-new"]}])
def test_what_only_a_technician_can_mend_stays_on_the_fleet_page(shops, store, now, health):
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS - 1000)
    say(shops, kiosk, health)
    assert now().troubles == []


def test_a_silent_kiosk_is_said_with_what_becomes_of_its_presses(shops, store, now):
    shops.kiosk(store, "K-001", heard_ms=NOON_MS - 3 * 86_400_000)
    (trouble,) = now().troubles
    assert trouble.quiet
    assert trouble.words == (
        "Last word from <bdi>K-001 (Exit)</bdi>: 18 November, 12:00. Presses made since should be waiting on the box."
    )


def test_todays_parts_add_up(shops, store, now):
    shops.press(shops.kiosk(store, "K-001", heard_ms=NOON_MS), TODAY, EXPERIENCE, 5, 2, marked=4)
    assert now().parts == "About service: 0. About experience: 7. Set aside as repeats or mashing: 4."
    assert not shops.press(shops.kiosk(store, "K-002"), TODAY - timedelta(days=1), EXPERIENCE, 1, 1)
