"""What runs that nobody has decided about do to the indexes meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.comparison.periods import parse_period
from server.comparison.summary import store_summary
from server.comparison.undecided import Undecided
from server.comparison.verdict import changes
from server.database.engine import reading, writing
from server.database.reviews import EXCLUDED, Found, keep_review, save_decision

NOON_MS = 1_795_262_400_000


@pytest.fixture
def shops(engine) -> Shops:
    return Shops(engine)


@pytest.fixture
def told(shops):
    """A store of two weeks, and what it says with runs on these days back."""
    store = shops.store("S001", "Leeds")
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    for back in range(1, 15):
        for question in (SERVICE, EXPERIENCE):
            shops.press(kiosk, TODAY - timedelta(days=back), question, 40, 10)

    def with_runs(*backs: int, presses: int = 40, decided: str = ""):
        with writing(shops.engine) as connection:
            for number, back in enumerate(backs, start=1):
                place = (kiosk.id, kiosk.placement_id, shops.questions[EXPERIENCE], TODAY.toordinal() - back)
                counts = (presses, presses, presses, 0.4, 0.8, NOON_MS)
                keep_review(connection, Found(*place, "closing", "positive", NOON_MS - 9, NOON_MS, *counts))
                if decided:
                    save_decision(connection, number, decided, "office", NOON_MS, presses, presses, presses)
        with reading(shops.engine) as connection:
            return store_summary(connection, store, parse_period("7d", TODAY), NOON_MS)

    return with_runs


def said(summary) -> list[tuple[str, str]]:
    return [(one.name, one.values["what"].name) for one in changes(summary)]


def test_an_index_is_told_with_and_without_the_runs_of_its_period(told):
    (one,) = told(2, 3).undecided
    assert (one.signal, one.runs, one.with_runs) == ("experience", 2, 80.0)
    assert one.without_runs == pytest.approx(100 * (280 - 80) / (350 - 80))


def test_no_change_is_told_of_a_signal_while_its_runs_wait_in_either_period(told):
    summary = told(9)
    assert summary.undecided == (Undecided("experience", 0, 80.0, 80.0),)
    assert said(summary) == [("change.none-same", "label.service"), ("change.undecided", "label.experience")]


@pytest.mark.parametrize("runs", [{"presses": 12}, {"decided": EXCLUDED}])
def test_runs_that_tell_nothing_or_are_decided_are_not_spoken_of(told, runs):
    summary = told(2, **runs)
    assert summary.undecided == ()
    assert {name for name, _ in said(summary)} == {"change.none-same"}


def test_a_run_of_more_presses_than_there_are_is_told_without_a_number(told):
    (one,) = told(2, presses=400).undecided
    assert (one.runs, one.without_runs) == (1, None)
