"""Opening hours are read as people write them, written the same way, and refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.analysis.opening import Span
from server.analysis.opening_text import read_spans, read_week, write_spans, write_week
from server.errors import Unfit


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("mon-sat 09:00-20:00; sun 11:00-17:00", None),
        ("Mon-Fri 9:00-13:00, 15:00-19:30 ;SAT 09:00 - 13:00;", "mon-fri 09:00-13:00,15:00-19:30; sat 09:00-13:00"),
        ("fri-mon 18:00-02:00", "mon 18:00-02:00; fri-sun 18:00-02:00"),
        ("mon,wed,fri 10:00-18:00; sun closed", "mon 10:00-18:00; wed 10:00-18:00; fri 10:00-18:00"),
        ("mon-sun 00:00-24:00", None),
        ("mon-sun 20:00-00:00", "mon-sun 20:00-24:00"),
    ],
)
def test_hours_are_read_and_written(text: str, written: str | None) -> None:
    assert write_week(read_week(text)) == (written or text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "without any opening hours"),
        ("mon-sun closed", "without any opening hours"),
        ("09:00-20:00", "is not days and hours"),
        ("mon", "is not days and hours"),
        ("mon 9-17", "is no time of opening"),
        ("monday 09:00-17:00", "is no day of the week"),
        ("mon-xyz 09:00-17:00", "is no day of the week"),
        ("mon 09:00-17:00; mon-fri 10:00-12:00", "mon is named twice"),
        ("mon 09:00-13:00,12:00-17:00", "overlap"),
        ("fri 18:00-04:00; sat 03:00-12:00", "The hours of fri run into those of sat"),
        ("sun 18:00-04:00; mon 03:00-12:00", "The hours of sun run into those of mon"),
        ("mon 09:60-12:00", "is no time of day"),
        ("mon 24:00-25:00", "is no time of day"),
        ("mon 09:00-09:00", "begins when it ends"),
        ("mon 09:00-17:00\x00", "is not days and hours"),
    ],
)
def test_what_can_not_be_meant_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        read_week(text)


def test_one_day_is_closed_or_has_spans() -> None:
    assert read_spans(" Closed ") == ()
    assert read_spans("15:00-19:00,09:00-13:00") == (Span(540, 780), Span(900, 1_140))
    assert write_spans(()) == "closed"


@given(st.lists(st.tuples(st.integers(0, 700), st.integers(1, 700)), min_size=7, max_size=7))
def test_whatever_is_written_is_read_back(days: list[tuple[int, int]]) -> None:
    week = tuple((Span(opens, opens + minutes),) for opens, minutes in days)
    assert read_week(write_week(week)) == week
