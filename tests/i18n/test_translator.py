"""Sentences are said whole, in the reader's language, with names kept apart from the words around them."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from markupsafe import Markup

from server.i18n.sentence import Day, Days, Name, Sentence
from server.i18n.translator import LANGUAGES, translator

FEWER = {"welcomed": 61, "hundred": 100, "low": 19, "high": 31}


@pytest.mark.parametrize(
    ("language", "territory", "text"),
    [
        ("en", "", "Fewer felt welcome: 61 of 100, 25 points less than service (between 19 and 31)."),
        ("pl", "", "Mniej osób czuło się mile widzianych: 61 na 100, o 25 punktów mniej niż obsługa (od 19 do 31)."),
        ("it", "", "Meno persone si sono sentite accolte: 61 su 100, 25 punti in meno del servizio (tra 19 e 31)."),
        (
            "tr",
            "",
            "Daha az kişi hoş karşılandığını hissetti: her 100 kişiden 61 kişi, hizmetten 25 puan az (19 ile 31 arası).",
        ),
        ("fa", "", "افراد کمتری احساس کردند خوش آمده‌اند: ۶۱ نفر از هر ۱۰۰ نفر، ۲۵ امتیاز کمتر از خدمات (بین ۱۹ و ۳۱)."),
        ("ar", "JO", "شعر بالترحيب عدد أقل: ٦١ من كل ١٠٠، أي أقل من الخدمة بمقدار ٢٥ نقطة (بين ١٩ و٣١)."),
    ],
)
def test_the_read_aloud_sentence_is_said_in_every_language(language, territory, text):
    assert translator(language, territory).say("verdict.fewer-welcome", 25, **FEWER) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "naciśnięcie"),
        (2, "naciśnięcia"),
        (5, "naciśnięć"),
        (12, "naciśnięć"),
        (22, "naciśnięcia"),
        (25, "naciśnięć"),
        (112, "naciśnięć"),
    ],
)
def test_polish_nouns_follow_their_number(number, text):
    assert translator("pl").say("unit.presses", number) == f"{number} {text}"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "ضغطة واحدة"), (2, "ضغطتان"), (3, "٣ ضغطات"), (11, "١١ ضغطة"), (100, "١٠٠ ضغطة"), (103, "١٠٣ ضغطات")],
)
def test_arabic_nouns_follow_their_number(number, text):
    assert translator("ar", "EG").say("unit.presses", number) == text


def test_a_sentence_may_stand_inside_a_sentence():
    values = {"what": Sentence("label.experience"), "period": Sentence("period.7d")}
    said = translator("en").tell(Sentence("presses.not-enough", 14, values))
    assert said == "Experience: only 14 presses in the last 7 days. That is not enough to tell good from bad."


def test_names_are_isolated_in_text_and_in_html():
    t = translator("fa")
    assert "\u2068K-001\u2069" in t.say("kiosk.never", kiosk=Name("K-001"))
    assert "<bdi>K&lt;1&gt;</bdi>" in t.say_html("kiosk.never", kiosk=Name("K<1>"))


def test_words_are_escaped_in_html_and_markup_is_not():
    said = translator("en").say_html("presses.none", period="<today>")
    assert said == "No presses &lt;today&gt;."
    assert isinstance(said, Markup)
    sentence = Sentence("unit.presses", 5, {"n": Markup("<b>5</b>")})
    assert translator("en").tell_html(sentence) == "<b>5</b> presses"


def test_a_paragraph_is_sentences_with_a_space_between():
    said = translator("en").paragraph([Sentence("sure.clear"), Sentence("gap.none")])
    assert said == "There are enough presses to say this. Between service and experience we see no sure difference."


def test_a_number_is_needed_where_it_picks_the_form():
    with pytest.raises(KeyError, match="needs a number"):
        translator("en").say("unit.presses")


def test_an_entry_that_nobody_wrote_is_an_error():
    with pytest.raises(KeyError):
        translator("en").say("label.nothing")
    assert not translator("en").known("label.nothing")


@pytest.mark.parametrize(
    ("language", "first", "text"),
    [
        ("en", date(2026, 11, 14), "14 to 20 November 2026"),
        ("en", date(2026, 10, 24), "24 October to 20 November 2026"),
        ("en", date(2025, 12, 31), "31 December 2025 to 20 November 2026"),
        ("en", date(2026, 11, 20), "20 November 2026"),
        ("fa", date(2026, 11, 14), "از ۲۳ تا ۲۹ آبان ۱۴۰۵"),
        ("pl", date(2026, 11, 14), "od 14 do 20 listopada 2026"),
    ],
)
def test_a_run_of_days_is_as_short_as_it_can_be(language, first, text):
    assert translator(language).days(first, date(2026, 11, 20)) == text


def test_a_moment_of_another_day_says_its_day():
    today, moment = date(2026, 11, 21), datetime(2026, 11, 20, 14, 6)  # noqa: DTZ001
    assert translator("en").moment(moment, moment.date()) == "14:06"
    assert translator("en").moment(moment, today) == "20 November, 14:06"
    assert translator("fa").moment(moment, today) == "۲۹ آبان، ۱۴:۰۶"


def test_right_to_left_languages_say_so():
    assert {code for code in LANGUAGES if translator(code).direction == "rtl"} == {"ar", "fa"}


def test_an_unknown_language_is_answered_in_english():
    assert translator("xx").language == "en"


NEAR = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 11, 15), date(2026, 11, 22), "15 to 22 November"),
        (date(2026, 10, 30), date(2026, 11, 2), "30 October to 2 November"),
        (date(2026, 11, 22), date(2026, 11, 22), "22 November"),
        (date(2025, 11, 15), date(2025, 11, 22), "15 to 22 November 2025"),
        (date(2025, 12, 30), date(2026, 1, 2), "30 December 2025 to 2 January 2026"),
    ],
)
def test_a_run_of_days_says_its_year_where_it_is_another(first, last, text):
    assert (
        translator("en").tell(Sentence("running.so-far", 2, {"days": Days(first, last, NEAR)})) == f"{text} so far: 2 presses."
    )


@pytest.mark.parametrize(("language", "words"), [("en", "on 1 February"), ("fa", "در ۱۲ بهمن ۱۴۰۴")])
def test_a_day_says_its_year_by_the_readers_own_calendar(language, words):
    day = Day(date(2026, 2, 1), NEAR)
    assert translator(language).tell(Sentence("period.chosen-day", values={"date": day})) == words
