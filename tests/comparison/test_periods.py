"""Periods are full days of the store's own calendar."""

from __future__ import annotations

from datetime import date

import pytest

from server.comparison.periods import Period, end_ms, local_today, parse_period
from server.errors import Refusal

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(("text", "days"), [("7d", 7), ("4w", 28), ("13w", 91)])
def test_a_named_period_ends_yesterday(text, days):
    period = parse_period(text, TODAY)
    assert (period.end, period.days, period.running, period.text) == (TODAY, days, False, text)
    assert period.last == date(2026, 11, 20)


def test_today_is_today_alone_and_runs():
    period = parse_period("today", TODAY)
    assert (period.first, period.end, period.running) == (TODAY, date(2026, 11, 22), True)


def test_chosen_days_leave_out_the_second():
    period = parse_period("2026-11-01..2026-11-15", TODAY)
    assert (period.first, period.last, period.days, period.running) == (date(2026, 11, 1), date(2026, 11, 14), 14, False)
    assert period.text == "2026-11-01..2026-11-15"


def test_chosen_days_with_today_among_them_run():
    assert parse_period("2026-11-20..2026-11-22", TODAY).running
    assert not parse_period("2026-11-20..2026-11-21", TODAY).running


def test_days_that_are_still_to_come_run_too():
    assert parse_period("2026-11-15..2026-11-30", TODAY).running
    assert parse_period("2026-12-01..2026-12-08", TODAY).running


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("8d", "name"),
        ("2026-02-30..2026-03-01", "day"),
        ("2026-11-15..2026-11-01", "order"),
        ("2020-01-01..2026-01-01", "long"),
        ("1999-01-01..1999-01-02", "far"),
    ],
)
def test_a_refusal_says_in_a_word_which_part_was_wrong(text, reason):
    with pytest.raises(Refusal) as refused:
        parse_period(text, TODAY)
    assert refused.value.facts == {"parameter": "period", "reason": reason}


def test_the_period_before_ends_where_this_one_begins():
    before = parse_period("7d", TODAY).before
    assert (before.first, before.end) == (date(2026, 11, 7), date(2026, 11, 14))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8d",
        "yesterday",
        "2026-11-15",
        "2026-11-15..2026-11-15",
        "2026-11-15..2026-11-01",
        "2026-02-30..2026-03-01",
        "0001-01-01..0001-01-02",
        "2020-01-01..2026-01-01",
        "7d ",
        "2026-11-01..2026-11-02\n",
    ],
)
def test_anything_else_is_refused_with_400(text):
    with pytest.raises(Refusal) as refused:
        parse_period(text, TODAY)
    assert refused.value.status == 400
    assert "period" in refused.value.sentence


def test_it_is_another_day_in_another_zone():
    late = 1_795_305_600_000  # 22 November 2026, 00:00 UTC
    assert local_today("Europe/Warsaw", late) == date(2026, 11, 22)
    assert local_today("America/New_York", late) == date(2026, 11, 21)


def test_a_period_ends_at_the_stores_midnight_also_when_the_clocks_change():
    # Poland leaves summer time on 25 October 2026: that day ends at 23:00 UTC, the day before at 22:00.
    assert end_ms(Period("chosen", date(2026, 10, 24), date(2026, 10, 25)), "Europe/Warsaw") == 1_792_879_200_000
    assert end_ms(Period("chosen", date(2026, 10, 25), date(2026, 10, 26)), "Europe/Warsaw") == 1_792_969_200_000
