"""Digits, numbers, days and times as each language's readers write them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from server.i18n.formats import Formats

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("language", "territory", "text"),
    [
        ("en", "GB", "12,345"),
        ("pl", "PL", "12\N{NO-BREAK SPACE}345"),
        ("it", "IT", "12.345"),
        ("tr", "TR", "12.345"),
        ("fa", "IR", "۱۲٬۳۴۵"),
        ("ar", "JO", "١٢٬٣٤٥"),
        ("ar", "MA", "12.345"),
        ("ar", "", "12,345"),
    ],
)
def test_numbers_take_the_languages_digits_and_separators(language, territory, text):
    assert Formats(language, territory).number(12_345) == text


def test_polish_keeps_four_digits_together():
    assert Formats("pl", "PL").number(1_234) == "1234"


def test_decimals_are_shown_when_asked_for():
    assert Formats("fa", "").number(85.84, 1) == "۸۵٫۸"


@pytest.mark.parametrize("territory", ["EG", "SA", "IQ", "JO", "LB", "SY"])
def test_arabic_reads_arabic_digits_in_the_east(territory):
    assert Formats("ar", territory).number(456) == "٤٥٦"


@pytest.mark.parametrize("territory", ["MA", "DZ", "TN", "LY", "AE", "", "PL"])
def test_arabic_reads_latin_digits_in_the_west_and_where_the_country_says_nothing(territory):
    assert Formats("ar", territory).number(456) == "456"


def test_persian_days_are_of_the_persian_calendar():
    formats = Formats("fa", "IR")
    assert formats.long_day(DAY) == "۳۰ آبان ۱۴۰۵"
    assert formats.weekday_and_day(DAY) == "شنبه ۳۰ آبان"
    assert not formats.same_month(date(2026, 10, 22), date(2026, 10, 23))
    assert not formats.same_year(date(2027, 3, 20), date(2027, 3, 21))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Saturday 21 November"),
        ("pl", "sobota, 21 listopada"),
        ("it", "sabato 21 novembre"),
        ("tr", "21 Kasım Cumartesi"),
    ],
)
def test_days_stand_as_the_language_says_them(language, text):
    assert Formats(language, "").weekday_and_day(DAY) == text


def test_hours_have_two_digits():
    assert Formats("en", "").time(datetime(2026, 11, 21, 9, 6)) == "09:06"  # noqa: DTZ001
    assert Formats("fa", "").time(datetime(2026, 11, 21, 14, 6)) == "۱۴:۰۶"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("language", "territory", "weekday"),
    [("en", "US", 0), ("fa", "", 5), ("fa", "DE", 5), ("ar", "EG", 5), ("ar", "MA", 0), ("tr", "TR", 0)],
)
def test_the_week_begins_by_language_and_in_arabic_by_country(language, territory, weekday):
    assert Formats(language, territory).first_weekday == weekday


def test_weekdays_are_wide_short_and_narrow_only_where_letters_are_seven():
    assert [Formats("en", "GB").weekday(DAY, length) for length in ("wide", "short", "narrow")] == ["Saturday", "Sat", "Sat"]
    assert [Formats("fa", "IR").weekday(DAY, length) for length in ("wide", "short", "narrow")] == ["شنبه", "شنبه", "ش"]
