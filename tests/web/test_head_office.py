"""All stores stand in an order one can choose, and what is withheld stands last."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def read(shops, sign_in):
    counts = {"S001": ("Beta", 90, 60), "S002": ("alpha", 80, 85), "S003": ("Gamma", 85, 75), "S004": ("Few", 4, 3)}
    for number, (code, (name, served, welcomed)) in enumerate(counts.items()):
        kiosk = shops.kiosk(shops.store(code, name), f"K-{number}")
        of = 100 if served > 10 else 5
        shops.press(kiosk, YESTERDAY, SERVICE, served, of - served)
        shops.press(kiosk, YESTERDAY, EXPERIENCE, welcomed, of - welcomed, marked=number)
    office = sign_in("head-office")
    return lambda query="": office.get(f"/head-office{query}")


def order(answer) -> list[str]:
    return re.findall(r'data-store="([^"]*)"', answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["S002", "S001", "S004", "S003"]),
        ("?sort=-store", ["S003", "S004", "S001", "S002"]),
        ("?sort=service", ["S002", "S003", "S001", "S004"]),
        ("?sort=-service", ["S001", "S003", "S002", "S004"]),
        ("?sort=experience", ["S001", "S003", "S002", "S004"]),
        ("?sort=gap", ["S001", "S003", "S002", "S004"]),
        ("?sort=-gap", ["S002", "S003", "S001", "S004"]),
        ("?sort=presses", ["S004", "S001", "S002", "S003"]),
    ],
)
def test_stores_are_sorted_with_withheld_ones_last(read, query, codes):
    assert order(read(query)) == codes


def test_the_head_says_how_it_is_sorted_and_turns_it_round(read):
    page = read("?sort=service&lang=en").get_data(as_text=True)
    assert 'class="c-service" aria-sort="ascending"' in page
    assert "sort=-service" in page


@pytest.mark.parametrize("sort", ["name", "--service", "", "service;drop"])
def test_an_order_that_there_is_not_is_a_400_page(read, sort):
    assert read(f"?sort={sort}").status_code == 400


def test_the_chain_together_carries_the_figures(read):
    page = read().get_data(as_text=True)
    assert 'data-figure="service-index" data-value="85.0"' not in page
    assert re.search(r'data-figure="service-index" data-value="84\.9" [^>]*data-count="305"', page)
    assert 'data-figure="reactions" data-value="616"' in page
    assert 'data-figure="counted" data-value="610"' in page
    assert page.count("data-figure=") == 5


def test_each_row_says_what_can_be_said(read):
    rows = read().get_data(as_text=True).split("data-store=")[1:]
    beta, few = (next(row for row in rows if row.startswith(f'"{code}"')) for code in ("S001", "S004"))
    assert "30 less" in beta
    assert "Too few presses" in few
    assert "value-service" not in few


def test_rows_lead_to_the_store_in_the_same_period_and_language(read):
    assert 'href="/stores/S001?period=4w&amp;lang=fa"' in read("?period=4w&lang=fa").get_data(as_text=True)


def test_a_chain_without_stores_says_so(sign_in):
    page = sign_in("head-office").get("/head-office").get_data(as_text=True)
    assert "No stores yet." in page
    assert page.count("data-figure=") == 5
