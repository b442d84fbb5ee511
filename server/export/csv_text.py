"""Turns values into the fields of a CSV file (RFC 4180) that a spreadsheet can open without running anything."""

from __future__ import annotations

import re
import unicodedata

# What spreadsheets take for the start of a formula or a command; full-width and other forms fold into these under NFKC.
STARTERS = frozenset("=+-@|")
BREAKS = frozenset("\t\r\n")
# Spaces of all kinds and the marks that show nothing: a spreadsheet may drop them and look at what follows.
INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*")
# Where the reader's country writes 1,5 a spreadsheet takes ";" for the end of a field, and then no quote in the middle of a
# line for one: what follows is looked at by itself, also behind quotes.
ENDS = re.compile(r"([;\r\n])")
QUOTED = re.compile(rf'(?:"|{INVISIBLE.pattern[:-1]})*')
NEEDS_QUOTES = re.compile(r'[",\r\n]')
BYTE_ORDER_MARK = "\ufeff"


def field(text: str, *, raw: bool) -> str:
    """A text as one field: quoted where it must be, and defused unless `raw`."""
    text = text if raw else defused(text)
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def defused(text: str) -> str:
    """`text` with one apostrophe where a spreadsheet might run it: leading, and after each end of what it may take for a field.

    Taking one away there gives back what it was.
    """
    safe = "'" + text if text.startswith("'") or _runs(text) else text
    if not ENDS.search(text):
        return safe
    parts = ENDS.split(safe)
    parts[2::2] = ["'" + part if part.startswith("'") or _runs(part, QUOTED) else part for part in parts[2::2]]
    return "".join(parts)


def line(fields: list[str]) -> str:
    """Fields that are ready as one line of the file."""
    return ",".join(fields) + "\r\n"


def _runs(text: str, before: re.Pattern[str] = INVISIBLE) -> bool:
    skipped = before.match(text)
    rest = text[skipped.end() :] if skipped else text
    if BREAKS & set(text[: len(text) - len(rest)]):
        return True
    return bool(STARTERS & set(unicodedata.normalize("NFKC", rest[:1])))
