"""Raw figures stand beside counted ones, by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from shops import EXPERIENCE, TODAY

from server.comparison.periods import parse_period
from server.comparison.raw import Raw, needs_a_look
from server.comparison.summary import store_summary
from server.database.codes import ASIDE
from server.database.engine import reading, writing
from server.database.tables import set_aside

NOON_MS = 1_795_262_400_000
DAY = TODAY - timedelta(days=2)


@pytest.fixture
def summary(shops):
    store = shops.store("S001", "Leeds")
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    shops.press(kiosk, DAY, EXPERIENCE, 60, 40, marked=10)
    day, question = DAY.toordinal(), shops.questions[EXPERIENCE]
    rows = [("repeat", day, (4, 0, 0)), ("rush", day, (0, 0, 6)), ("rush", TODAY.toordinal() - 8, (50, 0, 0))]
    with writing(shops.engine) as connection:
        for rule, when, counts in rows:
            connection.execute(set_aside.insert().values((kiosk.id, kiosk.placement_id, when, question, ASIDE[rule], *counts)))
    with reading(shops.engine) as connection:
        return store_summary(connection, store, parse_period("7d", TODAY), NOON_MS)


def test_what_each_rule_set_aside_adds_up_and_what_all_would_make_is_told(summary):
    assert summary.raw.rules == (("repeat", 4), ("rush", 6))
    assert sum(count for _, count in summary.raw.rules) == summary.figures.marked
    assert summary.raw.experience == pytest.approx(100 * 64 / 110)
    assert summary.raw.service is None  # withheld, so it is withheld with all presses too


def test_much_set_aside_or_moved_asks_for_a_look(summary):
    figures = summary.figures
    assert not needs_a_look(figures, summary.raw)
    assert needs_a_look(figures, Raw((), None, figures.experience.value + 5.1))
    assert needs_a_look(replace(figures, marked=26), summary.raw)
