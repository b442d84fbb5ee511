"""A store's page says what its figures allow, in the reader's words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

NOON_MS = 1_795_262_400_000
YESTERDAY = TODAY - timedelta(days=1)


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("</head>")[1]).split())


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds & <Sons>")


@pytest.fixture
def read(sign_in, store):
    office = sign_in("head-office")

    def page(query: str = "") -> str:
        answer = office.get(f"/stores/S001{query}")
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    return page


@pytest.fixture
def pressed(shops, store):
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS - 1000)
    shops.press(kiosk, YESTERDAY, SERVICE, 333, 55, marked=36)
    shops.press(kiosk, YESTERDAY, EXPERIENCE, 241, 155)
    shops.press(kiosk, TODAY, SERVICE, 6, 1)
    return kiosk


def test_the_sentence_opens_the_page_with_its_numbers_in_their_colours(read, pressed):
    said = re.search(r'verdict-say">(.*?)</p>', read(), re.DOTALL).group(1)
    assert said.startswith('<b class="fig-service">86</b> of 100 were helped. Fewer felt welcome: ')
    assert '<b class="fig-experience">61</b> of 100, 25 points less' in said


@pytest.mark.parametrize("stores", [4, 10])
def test_where_the_comparison_leaves_out_the_outermost_stores_the_page_says_so(read, shops, pressed, stores):
    for number in range(2, 2 + stores):
        other = shops.kiosk(shops.store(f"S0{number:02}", "York"), f"K-0{number:02}")
        shops.press(other, YESTERDAY, SERVICE, 860 - number, 140 + number)
        shops.press(other, YESTERDAY, EXPERIENCE, 850 + number, 150 - number)
    said = "The comparison leaves out those at either end, so that one far off does not move the rest."
    assert (said in text(read())) == (stores == 10)


def test_what_the_sentence_says_of_the_other_stores_is_not_said_again(read, shops, pressed):
    for number in (2, 3, 4):
        other = shops.kiosk(shops.store(f"S00{number}", "York"), f"K-00{number}")
        shops.press(other, YESTERDAY, SERVICE, 860, 140)
        shops.press(other, YESTERDAY, EXPERIENCE, 850, 150)
    words = text(read())
    assert "Service: no sure difference from our other stores. Experience: 24 points below our other stores" in words
    assert words.count("points below our other stores") == 1
    assert "Our 3 other stores" in words


def test_two_other_stores_are_nowhere_on_the_page(read, shops, pressed):
    for number in (2, 3):
        other = shops.kiosk(shops.store(f"S00{number}", "York"), f"K-00{number}")
        shops.press(other, YESTERDAY, SERVICE, 860, 140)
        shops.press(other, YESTERDAY, EXPERIENCE, 850, 150)
    page = read()
    assert "other store" not in text(page)
    assert 'class="reference"' not in page


def test_typed_names_are_escaped_and_isolated(read, pressed):
    assert "<bdi>Leeds &amp; &lt;Sons&gt;</bdi>" in read()


def test_now_tells_today_apart_and_says_it_is_not_below(read, pressed):
    words = text(read())
    assert "Today so far: 7 presses. About service: 7. About experience: 0." in words
    assert "Presses received so far: 7 of 7. Today is not over, so it is not in the figures below." in words


def test_waiting_presses_are_expected_in_now(read, shops, pressed):
    shops.totals(pressed, thanked=50, known=47)
    words = text(read())
    assert "Presses received so far: 7 of 10." in words
    assert "Presses still waiting on kiosks, as far as they have told us: 3." in words


def test_a_silent_kiosk_is_named_with_its_place_and_its_last_word(read, shops, store, pressed):
    shops.kiosk(store, "K-002", "fitting-room", heard_ms=NOON_MS - 3 * 3_600_000)
    shops.kiosk(store, "K-003", "exit")
    words = text(read())
    assert "Last word from K-002 (Fitting room) : 09:00. Presses made since should be waiting on the box." in words
    assert "No word from K-003 (Exit) yet." in words
    assert "Kiosks heard from in the last quarter of an hour: 1 of 3." in words


def test_a_store_without_kiosks_says_so(read):
    assert "No kiosk stands here yet." in text(read())


def test_while_the_day_runs_nothing_is_compared(read, shops, pressed):
    shops.press(pressed, TODAY, EXPERIENCE, 60, 40)
    other = shops.kiosk(shops.store("S002", "York"), "K-009")
    shops.press(other, TODAY, EXPERIENCE, 90, 10)
    page = read("?period=today")
    # The line of days may draw the days before, which are over.
    page = re.sub(r'<section class="part since".*?</section>', "", page, flags=re.DOTALL)
    words = text(page)
    assert "The day is not over, so here are counts and no verdict." in words
    for word in ("strong", "weak", "Fewer", "our other stores", "no sure change", "points less", "between", " to 6", "lies"):
        assert word not in words, word
    for drawn in ("ring-experience", "bracket", "band-", 'class="dot-'):
        assert drawn not in page, drawn
    assert words.count("Today so far") == words.count("The day is not over") == 1
    assert 'data-figure="gap" data-value="" data-low="" data-high="" data-count="107"' in page
    assert 'data-figure="experience-index" data-value="60.0" data-low="" data-high="" data-count="100"' in page


def test_days_that_run_are_not_called_today(read, shops, pressed):
    page = read("?period=2026-11-15..2026-11-30")
    words = text(page)
    assert "15 to 29 November so far: 827 presses. This period is not over" in words
    assert "Today so far: 7 presses." in words
    assert "so it is not in the figures below" not in words
    later = text(read("?period=2026-12-01..2026-12-08"))
    assert "These days are still to come" in later
    assert "Today so far: 7 presses." in later


def test_todays_presses_add_up_in_now(read, shops, pressed):
    shops.press(pressed, TODAY, EXPERIENCE, 5, 2, marked=14, uncertain=3)
    words = text(read())
    assert (
        "Today so far: 31 presses. About service: 7. About experience: 7. "
        "Set aside as repeats or mashing: 14. Time uncertain: 3." in words
    )


def test_days_without_presses_do_not_promise_one(shops, read):
    assert "No presses on these days. A press made today appears under “Now” within seconds." in text(read())
    assert "No presses yet. The first one appears here within seconds." in text(read("?period=today"))
    assert 'class="plot"' not in read()


def test_no_presses_of_another_year_are_dated(shops, read):
    assert "No presses from 1 January to 6 January 2025." in text(read("?period=2025-01-01..2025-01-07"))


def test_the_days_table_says_what_the_chart_draws(read, pressed):
    page = read()
    rows = re.findall(
        r'<tr><th scope="row">(.*?)</th><td class="num">(.*?)</td><td class="num">(.*?)</td></tr>', page, re.DOTALL
    )
    assert len(rows) == 56
    assert [text(f"</head>{cell}") for cell in rows[0]] == ["Fri 20 Nov", "86 (388 presses)", "61 (396 presses)"]
    assert text(f"</head>{rows[1][1]}") == "no presses (0 presses)"


def test_where_names_the_question_in_the_readers_language(read, pressed):
    assert "Exit Did you feel welcome? Its days and hours : Exit, Did you feel welcome? 61 55 to 66 396 presses" in text(read())
    assert "خروجی احساس کردید خوش آمده‌اید؟" in text(read("?lang=fa"))


def test_a_kiosk_with_much_set_aside_asks_for_a_look(read, shops, pressed):
    assert "Please check this kiosk" not in read()
    shops.press(pressed, YESTERDAY - timedelta(days=1), SERVICE, 10, 0, marked=200)
    assert "Please check this kiosk: many presses were set aside.</b>" in read()


def test_how_sure_tells_the_method_in_words(read, shops, pressed):
    assert "We do not know of anybody who answered both questions" in text(read())
    shops.visits(pressed, YESTERDAY, 100, 40, 10, 20)
    assert "170 people answered both questions, the others one of them" in text(read())


def test_how_sure_knows_when_everyone_answered_both(read, shops, store):
    kiosk = shops.kiosk(store, "K-001")
    shops.press(kiosk, YESTERDAY, SERVICE, 45, 15)
    shops.press(kiosk, YESTERDAY, EXPERIENCE, 30, 30)
    shops.visits(kiosk, YESTERDAY, 25, 20, 5, 10)
    assert "All 60 people who pressed answered both questions" in text(read())


def test_presses_of_an_uncertain_time_are_mentioned(read, shops, pressed):
    shops.press(pressed, YESTERDAY - timedelta(days=1), SERVICE, 0, 0, uncertain=6)
    words = text(read())
    assert "Presses counted: 784 of 826 . Set aside as repeats or mashing, none deleted: 36." in words
    assert "The time of 6 presses is uncertain" in words


def test_persian_readers_get_their_digits_and_their_calendar(read, pressed):
    words = text(read("?lang=fa"))
    assert "از ۲۳ تا ۲۹ آبان ۱۴۰۵" in words
    assert "شنبه ۳۰ آبان، ۱۲:۰۰" in words
    assert "از هر ۱۰۰ نفر، نیاز ۸۶ نفر برآورده شد" in words


def test_chosen_dates_are_shown_as_a_tab_and_kept_in_the_form(read, pressed):
    page = read("?period=2026-11-18..2026-11-21")
    assert ">18 to 20 November 2026</a>" in page
    assert 'name="from" type="date" required value="2026-11-18"' in page
    assert 'name="to" type="date" required value="2026-11-20"' in page
