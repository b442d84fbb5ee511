"""The balance of skills in a sentence, and each skill in a row."""

from __future__ import annotations

from datetime import date

import pytest

from server.analysis.clustering import ClusterSums
from server.comparison.indexes import NO_INDEX, Tally, difference, index_of
from server.comparison.skills import Family, Skill, Skills
from server.i18n.translator import translator
from server.web.skills_part import ShownSkills, said


def index(positive, total):
    return index_of(Tally(positive, total, ClusterSums(total, positive, positive, total)))


def balance(caring, resolving):
    skills = (Skill("empathy", caring, asked=True), Skill("juggling", NO_INDEX, asked=False))
    return Skills(
        date(2026, 10, 24),
        date(2026, 11, 21),
        Family(caring, skills),
        Family(resolving, ()),
        difference(resolving, caring),
        shared=0,
    )


def words(found, language="en"):
    return str(translator(language).paragraph(said(found, translator(language))))


def test_the_stronger_family_is_named_with_its_distance():
    text = words(balance(index(650, 1000), index(870, 1000)))
    assert text.startswith("Resolving is stronger than caring: 87 against 65, 22 points more (between 18 and 26).")
    assert "24 October to 20 November 2026" in text
    assert words(balance(index(870, 1000), index(650, 1000))).startswith("Caring is stronger than resolving: 87 against 65")


def test_families_that_are_alike_are_not_told_apart():
    assert words(balance(index(80, 100), index(82, 100))).startswith("Between caring and resolving we see no sure difference.")


def test_too_few_presses_have_no_balance():
    assert words(balance(index(8, 12), index(82, 100))).startswith(
        "With so few presses we cannot say which of the two is stronger."
    )


def test_rows_say_what_is_not_asked():
    caring = ShownSkills(balance(index(650, 1000), NO_INDEX), translator("en")).families[0]
    assert [(row.name, row.asked, row.shown.value) for row in caring.rows] == [
        ("All together", True, "65"),
        ("Empathy", True, "65"),
        ("Juggling", False, ""),
    ]
    assert "dot-plain" in caring.rows[0].chart


@pytest.mark.parametrize("language", ["pl", "it", "fa", "ar", "tr"])
def test_every_language_says_it(language):
    assert words(balance(index(650, 1000), index(870, 1000)), language)
    assert words(balance(index(870, 1000), index(650, 1000)), language)
