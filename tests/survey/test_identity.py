"""Words that ask who somebody is are found in every language; the starter questions hold none."""

from __future__ import annotations

import pytest

from server.survey.identity import identity_word
from server.survey.library import starter_library


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What is your name?"),
        ("en", "May we call your phone?"),
        ("en", "Your E-Mail, please"),
        ("en", "Did you get our mail?"),
        ("pl", "Jak masz na imię?"),
        ("pl", "Czy podali Państwo numer telefonu?"),
        ("it", "Qual è il tuo nome?"),
        ("it", "Ci lasci il cellulare?"),
        ("fa", "نام شما چیست؟"),
        ("fa", "شمارهٔ تلفنتان؟"),
        ("ar", "ما اسمك؟"),
        ("ar", "هل تركت رقم هاتفك؟"),
        ("ar", "وبريدك؟"),
        ("tr", "Adınız nedir?"),
        ("tr", "TELEFON numaranız?"),
        ("de", "Ihre E-Mail?"),
    ],
)
def test_a_wording_that_asks_who_somebody_is_names_its_word(language: str, text: str) -> None:
    assert identity_word(text, language) in text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Did the enamel look good?"),
        ("en", "Was everything as named?"),
        ("it", "Ad ogni passo ti abbiamo dato ascolto?"),
        ("it", "Il fenomeno si è risolto?"),
        ("ar", "هل كان الحل حاسمًا؟"),
        ("fa", "همه چیز بنام بود؟"),
        ("tr", "Adım adım yardım aldınız mı?"),
    ],
)
def test_letters_inside_another_word_are_no_word(language: str, text: str) -> None:
    assert identity_word(text, language) == ""


def test_no_starter_question_asks_who_somebody_is() -> None:
    for question in starter_library().questions:
        for language, words in question.texts.items():
            assert [identity_word(text, language) for text in words] == ["", "", ""], (question.code, language)
