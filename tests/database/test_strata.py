"""Presses are told apart by part of the day and by weekend."""

from __future__ import annotations

from server.database.store_figures import StoreCount
from server.database.strata import NAMES, add_strata, strata_of, subtract_strata


def count(weekend: int, *bands: int) -> StoreCount:
    return StoreCount(1, 1, 2, *[0] * 9, weekend, *bands)


def test_weekdays_come_before_weekends_and_mornings_before_evenings():
    found = strata_of([count(0, 10, 1, 20, 2, 30, 3), count(1, 40, 4, 50, 5, 60, 6), count(1, 1, 1, 0, 0, 0, 0)])
    assert dict(zip(NAMES, found, strict=True)) == {
        "morning": (1, 10),
        "afternoon": (2, 20),
        "evening": (3, 30),
        "weekend-morning": (5, 41),
        "weekend-afternoon": (5, 50),
        "weekend-evening": (6, 60),
    }


def test_all_less_one_is_the_rest():
    one, other = strata_of([count(0, 9, 8, 7, 6, 5, 4)]), strata_of([count(1, 3, 2, 1, 1, 1, 0)])
    assert subtract_strata(add_strata([one, other]), one) == other
