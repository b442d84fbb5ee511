"""Digits, numbers, days and times as each language writes them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import jdatetime
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal

if TYPE_CHECKING:
    from datetime import date, datetime

PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
NO_DIGITS: dict[int, int] = {}
WEEKDAY_AND_DAY = {"pl": "EEEE, d MMMM", "tr": "d MMMM EEEE", "ar": "EEEE، d MMMM"}
SATURDAY = 5
# Elsewhere one letter stands for two weekdays, and three are short enough.
NARROW_WEEKDAYS = frozenset({"fa", "ar"})
PERSIAN_MONTHS = jdatetime.date.j_months_fa


class Formats:
    """One language's habits; `territory` (ISO 3166, "" for not known) decides Arabic digits and the names of its months."""

    def __init__(self, language: str, territory: str) -> None:
        self.language = language
        self._locale = _locale(language, territory)
        self._digits = _digits(language, self._locale)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's digits and separators."""
        # A zero has no sign, and one key.
        return _number(value + 0, decimals, self.language, self._locale).translate(self._digits)

    def digits(self, text: str) -> str:
        """Text with its Latin digits in the language's own."""
        return text.translate(self._digits)

    def day(self, day: date) -> str:
        """A day of the year: 21 November."""
        return self._day(day, "d MMMM")

    def long_day(self, day: date) -> str:
        """A day with its year: 21 November 2026."""
        return self._day(day, "d MMMM y")

    def day_number(self, day: date) -> str:
        """A day's number in its month."""
        return self._day(day, "d")

    def weekday_and_day(self, day: date) -> str:
        """A day with its weekday: Saturday 21 November."""
        return self._day(day, WEEKDAY_AND_DAY.get(self.language, "EEEE d MMMM"))

    @property
    def first_weekday(self) -> int:
        """The first day of the week, 0 is Monday: Saturday in Persian, by the country in Arabic."""
        return SATURDAY if self.language == "fa" else int(self._locale.first_week_day)

    def weekday(self, day: date, length: str = "wide") -> str:
        """A day's weekday: "wide" Saturday, "short" Sat, "narrow" one or two letters where the language has such."""
        if length == "narrow" and self.language in NARROW_WEEKDAYS:
            return self._day(day, "EEEEE")
        return self._day(day, "EEEE" if length == "wide" else "EEE")

    def short_day(self, day: date) -> str:
        """A day for tables and axes: Sat 21 Nov."""
        return self._day(day, "EEE d MMM")

    def tick(self, day: date) -> str:
        """A day for a narrow axis: 21 Nov."""
        return self._day(day, "d MMM")

    def time(self, moment: datetime) -> str:
        """A time of day, hours 00 to 23: 14:06."""
        return self.digits(moment.strftime("%H:%M"))

    def same_month(self, one: date, other: date) -> bool:
        """Whether two days fall into one month of the language's calendar."""
        return self._month(one) == self._month(other)

    def same_year(self, one: date, other: date) -> bool:
        """Whether two days fall into one year of the language's calendar."""
        return self._month(one)[0] == self._month(other)[0]

    def _month(self, day: date) -> tuple[int, int]:
        if self.language != "fa":
            return day.year, day.month
        persian = jdatetime.date.fromgregorian(date=day)
        return persian.year, persian.month

    def _day(self, day: date, pattern: str) -> str:
        if self.language != "fa":
            return self.digits(format_date(day, pattern, locale=self._locale))
        persian = jdatetime.date.fromgregorian(date=day)
        words = {
            "EEEE": format_date(day, "EEEE", locale=self._locale),
            "EEEEE": format_date(day, "EEEEE", locale=self._locale),
            "EEE": format_date(day, "EEE", locale=self._locale),
            "MMMM": PERSIAN_MONTHS[persian.month - 1],
            "MMM": PERSIAN_MONTHS[persian.month - 1],
            "d": str(persian.day),
            "y": str(persian.year),
        }
        return self.digits(" ".join(words[part] for part in pattern.split()))


def _locale(language: str, territory: str) -> Locale:
    try:
        return Locale.parse(f"{language}_{territory}") if language == "ar" and territory else Locale.parse(language)
    except UnknownLocaleError:
        return Locale.parse(language)


def _digits(language: str, locale: Locale) -> dict[int, int]:
    if language == "fa":
        return PERSIAN_DIGITS
    # Plain Arabic without a known country reads Latin digits; CLDR knows the countries.
    arabic = language == "ar" and locale.territory and locale.default_numbering_system == "arab"
    return ARABIC_DIGITS if arabic else NO_DIGITS


@lru_cache(maxsize=4096)  # a page of many stores writes a thousand numbers, most of them between 0 and 100
def _number(value: float, decimals: int, language: str, locale: Locale) -> str:
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    # Polish leaves four digits together; CLDR says so, Babel only follows it when told nothing about the pattern.
    if language == "pl" and abs(value) < 10_000:
        pattern = pattern.replace("#,##0", "0")
    return format_decimal(value, pattern, locale=locale, numbering_system="default")
