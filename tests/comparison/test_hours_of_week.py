"""Hours stand out only beyond chance, among all hours that were looked at."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.comparison.hours_of_week import LEVEL, OFTEN, above_usual, hours_of_week
from server.database.hours import HourCount

END = date(2026, 11, 21)  # a Saturday
FIRST = END - timedelta(days=56)
WEEK = (END - timedelta(days=7), END)


def table(counts, effect=1.0, asked=WEEK):
    return hours_of_week(counts, (FIRST, END), asked, ("experience", ["felt-welcome"]), effect)


def weeks(negative_of, each=10, hours=range(9, 19)):
    """Eight weeks with `each` presses an hour, of which `negative_of(day, hour)` are unhappy."""
    days = [FIRST + timedelta(days=number) for number in range(56)]
    return [
        HourCount(day.toordinal(), hour, each - negative_of(day, hour), 0, negative_of(day, hour))
        for day in days
        for hour in hours
    ]


def test_the_tail_is_that_of_the_binomial():
    # Of 3 presses at 20 of 100: P(2 or more) = 3 * 0.04 * 0.8 + 0.008.
    assert above_usual(2, 3, 20) == pytest.approx(0.104)
    assert above_usual(0, 3, 20) == 1
    assert above_usual(3, 3, 0) == 0
    # Clustered presses weigh less than they number: a fraction of two lies between one and two.
    assert above_usual(2, 3, 20) < above_usual(1.5, 3, 20) < above_usual(1, 3, 20)


def test_like_hours_have_numbers_and_no_frame():
    found = table(weeks(lambda *_: 2))
    assert found.usual == 20
    assert len(found.cells) == 70
    assert all(cell.share == 20 and cell.firm and not cell.sure for cell in found.cells)
    assert found.tried
    assert not found.spells
    assert found.hours == tuple(range(9, 19))


def test_an_afternoon_that_is_worse_every_week_is_framed_and_told_as_one_run():
    found = table(weeks(lambda day, hour: 6 if day.weekday() == 5 and 14 <= hour < 17 else 2))
    assert [(cell.weekday, cell.hour) for cell in found.cells if cell.sure] == [(5, 14), (5, 15), (5, 16)]
    spell = found.spells[0]
    assert (spell.weekday, spell.day, spell.from_hour, spell.to_hour) == (5, None, 14, 17)
    assert (spell.negative, spell.total, spell.share) == (6 * 24, 240, 60)
    assert spell.low < 60 < spell.high


def test_one_bad_afternoon_of_the_days_asked_for_is_told_with_its_date():
    bad = END - timedelta(days=3)
    counts = weeks(lambda day, hour: 8 if day == bad and 13 <= hour < 16 else 2)
    (spell,) = table(counts).spells
    assert (spell.day, spell.from_hour, spell.to_hour, spell.negative, spell.total) == (bad, 13, 16, 24, 30)
    assert not any(cell.sure for cell in table(counts).cells)
    # Of the weeks before nobody asked.
    assert not table(counts, asked=(END - timedelta(days=2), END)).spells


def test_a_week_that_is_worse_all_over_has_no_hour_that_stands_out_in_it():
    begun = END - timedelta(days=7)
    counts = weeks(lambda day, hour: (7 if hour == 12 else 5) if day >= begun else 1)
    assert not [spell for spell in table(counts).spells if spell.day]


def test_least_counts_are_those_of_effective_presses():
    counts = [HourCount(day, hour, 8, 0, 2) for day in range(FIRST.toordinal(), FIRST.toordinal() + 28) for hour in (9, 10)]
    assert all(cell.firm for cell in table(counts).cells)
    apart = table(counts, effect=2.0)
    assert all(cell.share is not None and not cell.firm for cell in apart.cells)
    assert all(cell.share is None for cell in table(counts, effect=5.0).cells)


def test_days_that_differ_among_themselves_weigh_less():
    # Half of the Saturdays are bad at noon, half are very good: eight days, not eighty presses.
    bad = {FIRST + timedelta(days=7 * week) for week in range(4)}
    uneven = table(weeks(lambda day, _: (10 if day in bad else 0) if day.weekday() == 5 else 2))
    assert not any(cell.sure for cell in uneven.cells)


def test_too_few_presses_try_nothing():
    found = table([HourCount(FIRST.toordinal() + day, 11, 1, 0, 0) for day in range(40)])
    assert found.usual == 0
    assert not table([HourCount(END.toordinal() - day, 9 + day % 9, 1, 0, 1) for day in range(1, 50)]).tried
    empty = table([])
    assert (empty.usual, empty.hours, empty.cells, empty.spells) == (None, (), (), ())


def test_hours_that_are_all_alike_are_rarely_told_apart():
    chance = random.Random(7)
    told = 0
    for _ in range(60):
        counts = weeks(lambda *_: sum(chance.random() < 0.25 for _ in range(5)), each=5)
        told += bool(table(counts).spells)
    # One page in a hundred may, for either of the two questions that are put.
    assert told <= 4


@given(st.floats(10, 100_000), st.floats(0.0001, 0.9999))
def test_what_is_near_the_usual_never_stands_out(total, usual):
    # So nobody computes how improbable that is.
    often = min(total, total * usual + OFTEN * math.sqrt(total * usual * (1 - usual)))
    assert above_usual(often, total, 100 * usual) > 4 * LEVEL
