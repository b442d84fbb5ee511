"""The words of the kiosk's page, one TOML file a language."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("en", "pl", "it", "fa", "ar", "tr")
# Figures read in the language's own digits, as its clocks and prices do.
_DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹", "ar": "٠١٢٣٤٥٦٧٨٩"}


@dataclass(frozen=True, slots=True)
class Words:
    """One language: its own name and direction, and its texts by group."""

    code: str
    name: str
    dir: str
    choose: str
    chosen: str
    after: dict[str, str]
    before: dict[str, str]
    faces: dict[str, str]
    spoken: dict[str, str]
    simulated: dict[str, str]

    def number(self, value: int | None) -> str:
        """A count in the language's digits, a question mark when it is not known."""
        return "?" if value is None else self.digits(str(value))

    def digits(self, text: str) -> str:
        """The same text with its digits in the language's own."""
        own = _DIGITS.get(self.code)
        return text.translate(str.maketrans("0123456789", own)) if own else text


@functools.cache
def words_of(code: str) -> Words:
    """The words of a language; raises KeyError for one that has no file."""
    if code not in LANGUAGES:
        raise KeyError(code)
    table = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    return Words(code=code, **table)
