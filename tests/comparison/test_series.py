"""Where a line becomes another series."""

from __future__ import annotations

from datetime import date, timedelta

from server.comparison.series import series_changes
from server.database.figures import Asked, DayCount

TODAY = date(2026, 11, 21)
SIGNALS = {"service": {1}, "experience": {2}}
ASKED = {
    1: Asked("got-needed", 1, "service", {}),
    2: Asked("felt-welcome", 1, "experience", {}),
    3: Asked("felt-welcome", 2, "experience", {}),
}


def count(day, question, positive, negative, faces=2, touchpoint="exit"):
    total = positive + negative
    return DayCount(touchpoint, day.toordinal(), question, faces, positive, 0, negative, 0, 0, total, positive, positive, total)


def test_other_words_and_other_faces_begin_another_series_on_their_day():
    first = TODAY - timedelta(days=9)
    counts = [
        count(first, 2, 5, 5),
        count(first + timedelta(days=1), 2, 5, 5),
        count(first + timedelta(days=2), 3, 5, 5),
        count(first + timedelta(days=5), 3, 5, 5, faces=3),
        count(first, 1, 5, 5),
        count(first + timedelta(days=4), 2, 5, 5, touchpoint="checkout"),
    ]
    assert series_changes(counts, ASKED, {1, 2, 3}) == [
        (first + timedelta(days=2), "wording", "exit", "felt-welcome"),
        (first + timedelta(days=5), "faces", "exit", "felt-welcome"),
    ]
    assert not series_changes(counts, ASKED, {1})
