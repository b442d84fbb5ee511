"""The table of hours begins its week on the language's first day, and says what stands out in whole sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from server.comparison.hours_of_week import Cell, HoursOfWeek, Spell
from server.i18n.translator import translator
from server.web.hours_part import ShownHours, said, spell_words

FIRST, END = date(2026, 9, 26), date(2026, 11, 21)
SPELL = Spell(5, None, 14, 17, 58, 100, 58.0, 50.2, 65.4)
CELLS = (Cell(0, 9, 1, 4, None, firm=False, sure=False), Cell(5, 14, 31, 49, 63.3, firm=True, sure=True))
TABLE = HoursOfWeek(FIRST, END, "experience", ("felt-welcome", "checkout-mattered"), 330, 1000, 33.0, (9, 14), CELLS, True, ())
SUMMARY = SimpleNamespace(
    places=(SimpleNamespace(question="felt-welcome", texts={"en": {"question": "Did you feel welcome?"}}),)
)


def words(table, language="en"):
    return translator(language).paragraph(said(table, translator(language)))


@pytest.mark.parametrize(
    ("language", "territory", "first"),
    [("en", "GB", "Mon"), ("pl", "PL", "pon."), ("fa", "IR", "شنبه"), ("ar", "JO", "السبت"), ("ar", "MA", "الاثنين")],
)
def test_the_week_begins_where_the_readers_week_begins(language, territory, first):
    shown = ShownHours(SUMMARY, TABLE, translator(language, territory))
    assert shown.weekdays[0][1] == first
    assert len({narrow for narrow, _, _ in shown.weekdays}) == 7


def test_cells_follow_their_weekdays_into_the_readers_order():
    english, persian = (ShownHours(SUMMARY, TABLE, translator(code)) for code in ("en", "fa"))
    assert [cell.words for cell in english.rows[1].cells] == ["", "", "", "", "", "63", ""]
    assert [cell.words for cell in persian.rows[1].cells] == ["۶۳", "", "", "", "", "", ""]
    cell = english.rows[1].cells[5]
    assert (cell.shade, cell.sure, cell.few) == ("5", True, False)
    assert english.rows[0].cells[0].words == "·"
    assert (english.rows[0].hour, persian.rows[0].hour) == ("09:00", "۰۹:۰۰")


def test_what_stands_out_is_said_with_its_range_and_the_usual():
    assert words(replace(TABLE, spells=(SPELL,))) == (
        "Saturday in these weeks, 14:00 to 17:00: 58 of 100 answers were unhappy, more than usual (between 50 and 66)."
        " Usual here: 33 of 100."
    )
    single = replace(SPELL, day=date(2026, 11, 14), to_hour=24)
    assert (
        translator("en")
        .tell(spell_words(single, translator("en")))
        .startswith("Saturday 14 November, 14:00 to 24:00: 58 of 100 answers were unhappy, more than usual")
    )


def test_where_nothing_stands_out_that_is_said_and_where_nothing_could_that_too():
    assert words(TABLE) == "No hour stands out by more than chance. Usual here: 33 of 100 answers are unhappy."
    assert words(replace(TABLE, usual=None)) == words(replace(TABLE, tried=False))
    assert words(replace(TABLE, tried=False)).startswith("So far there are too few presses")


def test_one_question_is_named_in_the_caption_and_several_are_not():
    alone = replace(TABLE, questions=("felt-welcome",))
    assert ShownHours(SUMMARY, alone, translator("en")).caption == (
        "Of 100 answers to this question, how many were unhappy: Did you feel welcome?"
        " Eight weeks, 26 September to 20 November 2026."
    )
    assert ShownHours(SUMMARY, TABLE, translator("en")).caption.startswith("Experience: of 100 answers, how many")


@pytest.mark.parametrize("language", ["en", "pl", "it", "fa", "ar", "tr"])
def test_every_language_says_all_of_it(language):
    assert words(replace(TABLE, spells=(SPELL, replace(SPELL, day=FIRST))), language)
