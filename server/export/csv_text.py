"""Turns values into the fields of a CSV file (RFC 4180) that a spreadsheet can open without running anything."""

from __future__ import annotations

import re
import unicodedata

# What spreadsheets take for the start of a formula or a command; full-width and other forms fold into these under NFKC.
STARTERS = frozenset("=+-@|")
BREAKS = frozenset("\t\r\n")
# Spaces of all kinds and the marks that show nothing: a spreadsheet may drop them and look at what follows.
INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*")
NEEDS_QUOTES = re.compile(r'[",\r\n]')
BYTE_ORDER_MARK = "\ufeff"


def field(text: str, *, raw: bool) -> str:
    """A text as one field: quoted where it must be, and defused unless `raw`."""
    text = text if raw else defused(text)
    return '"' + text.replace('"', '""') + '"' if NEEDS_QUOTES.search(text) else text


def defused(text: str) -> str:
    """`text` with one leading apostrophe where a spreadsheet might run it; taking one away gives back what it was."""
    return "'" + text if text.startswith("'") or _runs(text) else text


def line(fields: list[str]) -> str:
    """Fields that are ready as one line of the file."""
    return ",".join(fields) + "\r\n"


def _runs(text: str) -> bool:
    skipped = INVISIBLE.match(text)
    rest = text[skipped.end() :] if skipped else text
    if BREAKS & set(text[: len(text) - len(rest)]):
        return True
    return bool(STARTERS & set(unicodedata.normalize("NFKC", rest[:1])))
