"""All stores stand in an order one can choose, and what is withheld stands last."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY
from sqlalchemy import func, select

from server.database import tables
from server.database.engine import writing
from server.database.stores import add_store
from server.survey.definitions import declare

NOON_MS = 1_795_262_400_000
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
        ("", ["S001", "S003", "S002", "S004"]),
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
    answer = read(f"?sort={sort}")
    assert answer.status_code == 400
    assert "The stores can not be sorted that way." in answer.get_data(as_text=True)


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


def test_only_what_is_unsure_says_how_sure_it_is(read, shops):
    with writing(shops.engine) as connection:
        declare(connection, 1, "test", target_service=0.75, target_experience=0.71)
    rows = read().get_data(as_text=True).split("data-store=")[1:]
    said = {row[1:5]: re.findall(r'c-say">(.*?)</td>', row, re.DOTALL)[0] for row in rows}
    assert said["S001"] == "Serves well, the welcome lags"
    assert re.fullmatch(r'Strong in both<br><span class="note">about 8\d in 100 sure</span>', said["S002"])


def test_names_stand_with_their_codes(read):
    assert '<bdi>Beta</bdi></a> <span class="note"><bdi>S001</bdi></span>' in read().get_data(as_text=True)


def test_while_the_day_runs_there_are_counts_alone(read, shops):
    kiosk = shops.kiosk(shops.store("S005", "Delta"), "K-5")
    shops.press(kiosk, TODAY, SERVICE, 50, 0)
    shops.press(kiosk, TODAY, EXPERIENCE, 0, 50)
    page = read("?period=today").get_data(as_text=True)
    assert "The day is not over, so here are counts and no verdict." in page
    assert 'data-figure="service-index" data-value="100.0" data-low="" data-high="" data-count="50"' in page
    assert 'data-figure="gap" data-value="" data-low="" data-high=""' in page
    for words in ("points below", "between", "band-", "bracket", "Strong", "Too few"):
        assert words not in page, words


@pytest.fixture
def many(shops):
    with writing(shops.engine) as connection:
        for number in range(500):
            add_store(connection, f"S{number:03}", f"Store {number:03}", "Europe/London", "North", ("en",), "GB", NOON_MS)
        stores = dict(connection.execute(select(tables.stores.c.code, tables.stores.c.id)).all())
    day = YESTERDAY.toordinal()
    with writing(shops.engine) as connection:
        for number, (code, store_id) in enumerate(stores.items()):
            kiosk = {"code": f"K-{code}", "hardware": code, "enrolled_ms": NOON_MS, "software": "", "health": "{}"}
            connection.execute(tables.kiosks.insert().values(**kiosk, config_seen=1, config_applied=1))
            kiosk_id = connection.execute(select(func.max(tables.kiosks.c.id))).scalar_one()
            placement = {"kiosk_id": kiosk_id, "store_id": store_id, "touchpoint": "exit", "from_ms": NOON_MS}
            connection.execute(tables.placements.insert().values(**placement))
            placement_id = connection.execute(select(func.max(tables.placements.c.id))).scalar_one()
            for question, share in ((SERVICE, 85), (EXPERIENCE, 60 + number % 30)):
                row = {
                    "clusters": 100,
                    "sum_xx": share,
                    "sum_xn": share,
                    "sum_nn": 100,
                    "positive": share,
                    "negative": 100 - share,
                }
                place = {"kiosk_id": kiosk_id, "placement_id": placement_id, "local_day": day, "faces": 2}
                connection.execute(tables.days.insert().values(**place, **row, question_id=shops.questions[question]))


def test_five_hundred_stores_are_shown_in_parts_and_light(many, sign_in):
    office = sign_in("head-office")
    first = office.get("/head-office")
    assert order(first) == [f"S{number:03}" for number in range(20)]
    assert len(first.get_data()) < 80_000
    page = first.get_data(as_text=True)
    assert "1 to 20 of 500" in page
    assert 'href="?page=2" rel="next"' in page
    last = office.get("/head-office?page=25&sort=-store")
    assert order(last)[-1] == "S000"
    assert 'rel="next"' not in last.get_data(as_text=True)
    assert "page=" not in re.search(r'href="(\?[^"]*sort=service[^"]*)"', last.get_data(as_text=True)).group(1)


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "99999999", ""])
def test_a_part_of_the_list_that_there_is_not_is_a_400_page(read, page):
    answer = read(f"?page={page}")
    assert answer.status_code == 400
    assert "The list of stores has no such page." in answer.get_data(as_text=True)


def test_rows_lead_to_the_store_in_the_same_period_and_language(read):
    assert 'href="/stores/S001?period=4w&amp;lang=fa"' in read("?period=4w&lang=fa").get_data(as_text=True)


def test_a_chain_without_stores_says_so(sign_in):
    page = sign_in("head-office").get("/head-office").get_data(as_text=True)
    assert "No stores yet." in page
    assert page.count("data-figure=") == 5
