"""The bars say how much of each day a kiosk was heard, and run in reading order."""

from __future__ import annotations

import re

import pytest

from server.database.fleet import HeardDay
from server.fleet.watching import UNIX_EPOCH_DAY
from server.i18n.translator import translator
from server.web.heard_bars import heard_bars

NOON_MS = 1_795_262_400_000
TODAY = UNIX_EPOCH_DAY + NOON_MS // 86_400_000


def bars(svg: str) -> list[tuple[int, int]]:
    """Place from the left and height of each bar."""
    return [(int(place) // 10, int(height)) for place, height in re.findall(r"M(\d+) 22v-(\d+)h8", svg)]


@pytest.mark.parametrize(("language", "today"), [("en", 13), ("fa", 0)])
def test_today_is_last_in_reading_order_and_heights_are_shares(language: str, today: int) -> None:
    looks = [HeardDay(1, TODAY, 100, 50), HeardDay(1, TODAY - 13, 288, 288), HeardDay(1, TODAY - 5, 288, 0)]
    assert sorted(bars(str(heard_bars(looks, NOON_MS, translator(language))))) == sorted([(today, 10), (13 - today, 20)])


def test_days_without_a_look_have_no_bar_and_the_label_counts_the_others() -> None:
    svg = str(heard_bars([HeardDay(1, TODAY - 14, 9, 9), HeardDay(1, TODAY - 1, 9, 9)], NOON_MS, translator("en")))
    assert bars(svg) == [(12, 20)]
    assert 'aria-label="Heard from on 1 of the last 14 days"' in svg
