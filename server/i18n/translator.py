"""Says the catalogues' sentences in a language, as plain text or as HTML, with its numbers, days and isolated names."""

from __future__ import annotations

import gettext
import io
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

from server.i18n.formats import Formats
from server.i18n.sentence import Day, Days, Name, Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from server.i18n.sentence import Value

CATALOGUES = Path(__file__).parent / "catalogues"
# Their own names, in the order in which the pages offer them.
LANGUAGES = {"en": "English", "ar": "العربية", "fa": "فارسی", "it": "Italiano", "pl": "Polski", "tr": "Türkçe"}
SOURCE = "en"
RIGHT_TO_LEFT = frozenset({"ar", "fa"})
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


class Message(NamedTuple):
    """An entry's English words; `plural` is "" where no number decides."""

    singular: str
    plural: str


class Translator:
    """One language for readers of one country (`territory`, ISO 3166 or "")."""

    def __init__(self, language: str, territory: str = "") -> None:
        self.language = language
        self.direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        self.formats = Formats(language, territory)
        self._catalogue = _catalogue(language)

    def say(self, name: str, n: int | None = None, **values: Value) -> str:
        """An entry as plain text, names between U+2068 and U+2069; raises KeyError for a name no catalogue has."""
        return self.tell(Sentence(name, n, values))

    def say_html(self, name: str, n: int | None = None, **values: Value) -> Markup:
        """An entry as HTML, names in <bdi>; a value that is Markup goes in as it is."""
        return self.tell_html(Sentence(name, n, values))

    def tell(self, sentence: Sentence) -> str:
        """A sentence as plain text."""
        return self._pattern(sentence).format(**{key: self._plain(value) for key, value in _values(sentence).items()})

    def tell_html(self, sentence: Sentence) -> Markup:
        """A sentence as HTML."""
        values = {key: self._html(value) for key, value in _values(sentence).items()}
        return Markup(escape(self._pattern(sentence))).format(**values)  # noqa: S704  (escaped in the same breath)

    def paragraph(self, sentences: list[Sentence]) -> Markup:
        """Sentences as HTML, joined by a space."""
        return Markup(" ").join(self.tell_html(sentence) for sentence in sentences)

    def days(self, first: date, last: date, near: date | None = None) -> str:
        """A run of days, the last included, as short as its parts allow: 14 to 20 November 2026.

        The year is left out where both days lie in that of `near`.
        """
        end = self.formats.long_day(last) if near is None else self._day(Day(last, near))
        if first == last:
            return end
        if near is not None and self.formats.same_year(last, near) and not self.formats.same_year(first, last):
            end = self.formats.long_day(last)
        if self.formats.same_month(first, last):
            begin = self.formats.day_number(first)
        else:
            begin = self.formats.day(first) if self.formats.same_year(first, last) else self.formats.long_day(first)
        return self.say("period.range", from_date=begin, to_date=end)

    def moment(self, moment: datetime, today: date) -> str:
        """A time of day, with its day where that is not today."""
        time = self.formats.time(moment)
        return time if moment.date() == today else self.listed(self.formats.day(moment.date()), time)

    def listed(self, *parts: str) -> str:
        """Parts in a row, between the language's own commas."""
        return ("، " if self.direction == "rtl" else ", ").join(parts)

    def known(self, name: str) -> bool:
        """Whether the catalogues have an entry of this name."""
        return name in source()

    def _pattern(self, sentence: Sentence) -> str:
        message = source()[sentence.name]
        if message.plural:
            if sentence.n is None:
                raise KeyError(f"{sentence.name} needs a number to pick its form")
            return self._catalogue.npgettext(sentence.name, message.singular, message.plural, sentence.n)
        return self._catalogue.pgettext(sentence.name, message.singular)

    def _plain(self, value: Value) -> str:
        if isinstance(value, Sentence):
            return self.tell(value)
        if isinstance(value, Name):
            return f"{FIRST_STRONG_ISOLATE}{value}{POP_ISOLATE}"
        if isinstance(value, Days):
            return self.days(value.first, value.last, value.near)
        if isinstance(value, Day):
            return self._day(value)
        if isinstance(value, datetime):
            return self.formats.time(value)
        if isinstance(value, date):
            return self.formats.day(value)
        return value if isinstance(value, str) else self.formats.number(value)

    def _day(self, value: Day) -> str:
        near = self.formats.same_year(value.day, value.near)
        return self.formats.day(value.day) if near else self.formats.long_day(value.day)

    def _html(self, value: Value) -> Markup:
        if isinstance(value, Markup):
            return value
        if isinstance(value, Sentence):
            return self.tell_html(value)
        if isinstance(value, Name):
            return Markup("<bdi>{}</bdi>").format(str(value))
        return escape(self._plain(value))


@lru_cache(maxsize=64)
def translator(language: str, territory: str = "") -> Translator:
    """The translator of a language; an unknown one is answered in English."""
    return Translator(language if language in LANGUAGES else SOURCE, territory)


@lru_cache(maxsize=1)
def source() -> Mapping[str, Message]:
    """Every entry's English words by its name."""
    with (CATALOGUES / f"{SOURCE}.po").open("rb") as file:
        found = read_po(file, locale=SOURCE, abort_invalid=True)
    messages = {}
    for entry in found:
        if entry.id:
            one, other = entry.id if isinstance(entry.id, (tuple, list)) else (entry.id, "")
            messages[str(entry.context)] = Message(one, other)
    return messages


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.GNUTranslations:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        found = read_po(file, locale=language, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _values(sentence: Sentence) -> dict[str, Value]:
    # `n` may already be there as Markup, where a page wraps the number.
    return ({} if sentence.n is None else {"n": sentence.n}) | dict(sentence.values)
