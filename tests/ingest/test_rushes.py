"""A rush that the kiosk noticed on the way takes back what counted of it, as far as the stored presses show it."""

from __future__ import annotations

from server.database.tables import days, reactions

BURST = 3
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


def test_a_mark_without_a_rush_takes_nothing_back(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000), kiosk.press(6_000, "welcome-happy"), kiosk.press(11_000, mark="rate")])
    assert counted(house) == [1, 2]
