"""Sums of the period before are read anew when a press of it comes in, and only then."""

from __future__ import annotations

from datetime import timedelta

from shops import SERVICE, TODAY

from server.comparison.kept_sums import kept_question_counts
from server.database.engine import reading, writing
from server.database.rollups import add_figures
from server.database.sums import question_counts

WEEK_AGO = TODAY - timedelta(days=7)


def test_they_are_those_of_the_database_whatever_comes_in(shops):
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-1")
    asked = ([kiosk.store_id], WEEK_AGO.toordinal(), TODAY.toordinal(), frozenset({shops.questions[SERVICE]}))

    def read():
        with reading(shops.engine) as connection:
            found = kept_question_counts(connection, *asked)
            assert found == question_counts(connection, *asked)
            return found

    assert read() == []
    shops.press(kiosk, WEEK_AGO, SERVICE, 4, 1)
    first = read()
    assert read() is first
    shops.press(kiosk, TODAY, SERVICE, 1, 1)
    assert read() is first
    with writing(shops.engine) as connection:
        key = (kiosk.placement_id, WEEK_AGO.toordinal(), shops.questions[SERVICE], 2)
        add_figures(connection, kiosk.id, "days", {key: [-1, 0, 1, *[0] * 12]})
    assert [(row.positive, row.negative) for row in read()] == [(3, 2)]
