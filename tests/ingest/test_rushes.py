"""A rush that the kiosk noticed on the way takes back what counted of it, as far as the stored presses show it."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from server.database.engine import writing
from server.database.tables import config_versions, days, reactions
from server.fleet.configuration import renew

MASH, BURST = 1, 3
SPACING_MS = 5_000


def child(kiosk, *, noticed_at: int, count: int, begins_ms: int = 600_000):
    """Presses on both rows in turn; from one of them on the kiosk marks them."""
    buttons = ("welcome-unhappy", "served-unhappy")
    return [
        kiosk.press(begins_ms + SPACING_MS * place, buttons[place % 2], mark="rate" if place >= noticed_at else "vote")
        for place in range(count)
    ]


def counted(house):
    return [row.seq for row in house.rows(reactions) if row.counted]


def test_the_presses_of_two_minutes_before_the_first_noticed_one_stop_counting(house, kiosk) -> None:
    before = [kiosk.press(400_000), kiosk.press(470_000, "welcome-happy")]
    kiosk.sync([*before, *child(kiosk, noticed_at=20, count=24)])
    assert counted(house) == [1, 2]
    assert [row.reason for row in house.rows(reactions)] == [0, 0, *[BURST] * 20, *[0] * 4]
    assert (house.total(days, "positive"), house.total(days, "negative"), house.total(days, "marked")) == (2, 0, 24)
    assert house.wrong_figures() == []


def test_also_those_that_came_with_earlier_batches(house) -> None:
    kiosk = house.enrol()
    presses = [kiosk.press(400_000), *child(kiosk, noticed_at=20, count=30)]
    for first in range(0, len(presses), 7):
        kiosk.sync(presses[first : first + 7], first + 1)
    assert counted(house) == [1]
    assert house.total(days, "marked") == 30
    assert house.wrong_figures() == []


def test_in_whatever_pieces_they_come_the_same_presses_count(house, kiosk) -> None:
    presses = child(kiosk, noticed_at=25, count=40)
    kiosk.sync(presses)
    whole = counted(house)
    other = house.enrol("sha256:another-one")
    for place, press in enumerate(presses, 1):
        other.sync([[*press[:5], other.version, *press[6:]]], place, stream="cd" * 16)
    second = [row for row in house.rows(reactions) if row.stream != house.rows(reactions)[0].stream]
    assert [row.seq for row in second if row.counted] == whole
    # Only what lies within two minutes of a noticed press: the first two do not.
    assert whole == [1, 2]


def test_a_rush_and_a_mash_are_what_the_kiosks_own_rules_say(house) -> None:
    kiosk = house.enrol()
    give_rules(house, rush_presses=3, rush_ms=20_000, mash_ms=900)
    early, late = [kiosk.press(at_ms) for at_ms in (500_000, 590_000)], [kiosk.press(at_ms) for at_ms in (600_000, 610_000)]
    noticed = kiosk.press(615_000, mark="rate")
    mashed = [kiosk.press(700_000, "welcome-happy"), kiosk.press(700_800, "welcome-unhappy", mark="mash")]
    kiosk.sync([*early, *late, noticed, *mashed])
    # Two votes and the noticed press within twenty seconds are a rush here, and the press before is none of them.
    assert [row.reason for row in house.rows(reactions)] == [0, 0, BURST, BURST, 0, MASH, 0]
    assert house.wrong_figures() == []


def test_a_wider_window_later_in_a_batch_reaches_further_back(house) -> None:
    kiosk = house.enrol()
    narrow = kiosk.version
    wide = another_version(house, narrow, rush_presses=3, rush_ms=200_000)
    give_rules(house, narrow, rush_presses=3, rush_ms=20_000)
    first = [kiosk.press(at_ms) for at_ms in (500_000, 590_000, 600_000)]
    told = [kiosk.press(at_ms, mark="rate") for at_ms in (605_000, 606_000)]
    told[1][5] = wide
    kiosk.sync([*first, *told])
    assert [row.reason for row in house.rows(reactions)] == [BURST, BURST, BURST, 0, 0]


def give_rules(house, version: int = 1, **rules: int) -> None:
    """Change what a configuration says of its rules."""
    with writing(house.engine) as connection:
        made = config_versions.c.version == version
        body = json.loads(connection.execute(select(config_versions.c.body).where(made)).scalar_one())
        connection.execute(update(config_versions).where(made).values(body=json.dumps(body | {"rules": rules})))


def another_version(house, version: int, **rules: int) -> int:
    """The same configuration once more, with rules of its own."""
    with writing(house.engine) as connection:
        newest = renew(connection, 1, 0)
    assert newest is not None
    assert newest.version > version
    give_rules(house, newest.version, **rules)
    return newest.version


def test_a_mark_without_a_rush_takes_nothing_back(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000), kiosk.press(6_000, "welcome-happy"), kiosk.press(11_000, mark="rate")])
    assert counted(house) == [1, 2]
