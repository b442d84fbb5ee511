"""Where: each place leads to its own days and hours, and says when it is shown alone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("</head>")[1]).split())


@pytest.fixture
def read(shops, sign_in):
    store = shops.store("S001", "Leeds")
    for number, (touchpoint, share) in enumerate((("exit", 40), ("checkout", 30))):
        kiosk = shops.kiosk(store, f"K-00{number}", touchpoint)
        for back in range(1, 13):
            day = TODAY - timedelta(days=back)
            shops.press(kiosk, day, EXPERIENCE, share, 50 - share)
            shops.press(kiosk, day, SERVICE, 45, 5)
            for hour in (9, 10):
                shops.hour(kiosk, day, hour, EXPERIENCE, share // 5, 10 - share // 5)
                shops.hour(kiosk, day, hour, SERVICE, 9, 1)
    office = sign_in("head-office")
    return lambda query="": office.get(f"/stores/S001{query}").get_data(as_text=True)


def test_each_place_leads_to_itself_alone_and_back(read):
    page = read("?period=4w&lang=en")
    assert 'href="?period=4w&amp;lang=en&amp;touchpoint=checkout&amp;question=felt-welcome#since"' in page
    alone = read("?period=4w&lang=en&touchpoint=checkout&question=felt-welcome")
    assert "Shown alone: Checkout, Did you feel welcome?" in text(alone)
    assert 'href="/stores/S001?period=4w&amp;lang=en#since"' in alone
    assert 'class="dots-alone"' in alone
    assert '<input type="hidden" name="touchpoint" value="checkout">' in alone


def test_alone_a_place_has_its_own_days_and_hours_and_the_store_its_own_numbers(read):
    whole, alone = read("?lang=en"), read("?lang=en&touchpoint=checkout&question=felt-welcome")
    figure = r'data-figure="experience-index"[^>]*'
    assert re.search(figure, whole).group() == re.search(figure, alone).group()
    assert "Usual here: 30 of 100 answers are unhappy" in text(whole)
    assert "Usual here: 40 of 100 answers are unhappy" in text(alone)
    assert "Of 100 answers to this question, how many were unhappy: Did you feel welcome?" in text(alone)
    rows = re.findall(r'<th scope="row">Fri 20 Nov</th><td class="num">(.*?)<', alone)
    assert rows == ["no presses "]


def test_a_service_question_has_the_colour_of_service(read):
    alone = read("?lang=en&touchpoint=exit&question=got-needed")
    assert 'class="hours hours-service"' in alone
    assert "Usual here: 10 of 100 answers are unhappy" in text(alone)


def test_a_place_that_there_is_not_has_nothing_and_a_name_that_is_none_is_refused(read, sign_in):
    page = text(read("?lang=en&touchpoint=moon"))
    assert "Shown alone: moon" in page
    assert "No presses on these days" in page
    client = sign_in("head-office", email="other@demo.example")
    assert client.get("/stores/S001?touchpoint=" + "x" * 201).status_code == 400
    assert client.get("/stores/S001?question=%07").status_code == 400
