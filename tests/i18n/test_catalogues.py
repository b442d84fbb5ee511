"""Every language says everything: no entry is missing, every form is there, every number finds its place."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from server.i18n.translator import CATALOGUES, LANGUAGES, source, translator

NUMBERS = (0, 1, 2, 3, 5, 11, 12, 21, 22, 25, 100, 101, 102, 111, 1000)
FORMS = {"en": 2, "it": 2, "tr": 2, "fa": 2, "pl": 4, "ar": 6}
# The number itself may be a word in Arabic's singular and dual ("two presses" is one word there).
MAY_LEAVE_OUT = {"ar": {"n"}}
SERVER = Path(__file__).parents[2] / "server"


def entries(language: str) -> dict[str, object]:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        return {entry.context: entry for entry in read_po(file, locale=language, abort_invalid=True) if entry.id}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def forms(entry) -> tuple[str, ...]:
    return entry.string if isinstance(entry.string, tuple) else (entry.string,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing_and_none_is_left_over(language):
    assert entries(language).keys() == source().keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_has_the_english_words_and_all_its_forms(language):
    for name, entry in entries(language).items():
        message = source()[name]
        assert entry.id == ((message.singular, message.plural) if message.plural else message.singular), name
        assert len(forms(entry)) == (FORMS[language] if message.plural else 1), name
        assert all(text.strip() for text in forms(entry)), name
        assert not entry.fuzzy, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_fills_in_what_the_english_one_does(language):
    for name, entry in entries(language).items():
        message = source()[name]
        wanted = fields(message.singular) | fields(message.plural)
        for text in forms(entry):
            missing = wanted - fields(text) - (MAY_LEAVE_OUT.get(language, set()) if message.plural else set())
            assert not missing, (name, text)
            assert fields(text) <= wanted, (name, text)


def test_english_says_its_own_words():
    for name, entry in entries("en").items():
        message = source()[name]
        assert forms(entry) == ((message.singular, message.plural) if message.plural else (message.singular,)), name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_finds_a_form(language, number):
    t = translator(language)
    for name, message in source().items():
        if message.plural:
            wanted = (fields(message.singular) | fields(message.plural)) - {"n"}
            assert t.say(name, number, **dict.fromkeys(wanted, "7"))


def test_languages_write_with_their_own_letters_and_marks():
    persian = (CATALOGUES / "fa.po").read_text(encoding="utf-8")
    arabic = (CATALOGUES / "ar.po").read_text(encoding="utf-8")
    translated = "\n".join(re.findall(r'^msgstr.* "(.*)"$', persian, re.MULTILINE))
    assert not set("يك٠١٢٣٤٥٦٧٨٩") & set(translated)
    translated = "\n".join(re.findall(r'^msgstr.* "(.*)"$', arabic, re.MULTILINE))
    assert not set("یک۰۱۲۳۴۵۶۷۸۹") & set(translated)
    # Digits differ by country, so no Arabic sentence holds one.
    assert not re.search(r"\d", translated)


def test_pages_use_no_entry_that_does_not_exist():
    texts = [path.read_text(encoding="utf-8") for path in (*SERVER.rglob("*.html"), *SERVER.rglob("*.py"))]
    asked = {name for text in texts for name in re.findall(r'(?:say|say_html|Sentence)\(\s*"([a-z-]+\.[a-z0-9-]+)"', text)}
    assert len(asked) > 60
    assert asked <= source().keys()
