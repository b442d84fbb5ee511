"""Fields of a CSV file: quoted as the standard says, defused as spreadsheets need."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.export.csv_text import defused, field, line


@pytest.mark.parametrize(
    "text",
    [
        *("@home", "-20% Outlet", "=1+1", "+48 22", "|cmd", "＝1+1", "＋1", "－20％", "＠home", "｜x", "﹣5"),
        *("  =1+1", "\u00a0@home", "\u3000＝1", "\u200b=1", "\ufeff-1", " \t=1"),
        *("\tx", "\rx", "\nx", " \tx", "'quoted", "'=1", "-", "="),
    ],
)
def test_what_a_spreadsheet_would_run_gets_one_apostrophe(text: str) -> None:
    assert defused(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", "Old Market", "a=b", "20% - 30%", "5", "(x)", "é", "\u200fسلام", " padded", '"x"', "می‌خواهم"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x; -20%;y;'z", "x;' -20%;y;''z"),
        ('x;"=1+1&";y', """x;'"=1+1&";y"""),
        ('x; " \u200b"@home', """x;' " \u200b"@home"""),
        ("a\n=1+1", "a\n'=1+1"),
        ("a\r\n+1", "a\r\n'+1"),
        ("=1;=2", "'=1;'=2"),
        ("a;b; c", "a;b; c"),
    ],
)
def test_what_follows_a_semicolon_or_a_line_break_is_a_field_to_some_and_is_defused_too(text: str, safe: str) -> None:
    assert defused(text) == safe


@given(st.text(st.sampled_from(";'=x\n\r \"") | st.characters()))
def test_taking_one_apostrophe_away_gives_back_the_text(text: str) -> None:
    assert re.sub(r"(^|[;\r\n])'", r"\1", defused(text)) == text


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_a_reader_of_csv_reads_what_was_written(texts: list[str]) -> None:
    written = line([field(text, raw=True) for text in texts])
    assert written.endswith("\r\n")
    assert next(csv.reader(io.StringIO(written, newline=""))) == texts


def test_only_what_needs_quotes_has_them() -> None:
    assert field("a b", raw=False) == "a b"
    assert field('a,"b"', raw=False) == '"a,""b"""'
    assert field("=a,b", raw=False) == '"\'=a,b"'
    assert field("=a,b", raw=True) == '"=a,b"'
