"""All stores stand in an order one can choose, and what is withheld stands last."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY
from sqlalchemy import func, select, update

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
    assert "The stores cannot be sorted that way." in answer.get_data(as_text=True)


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
    assert re.fullmatch(r'Strong in both<br><span class="note">likely: about 8\d in 100</span>', said["S002"])


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
            kiosk = {"code": f"K-{code}", "hardware": code, "enrolled_ms": NOON_MS}
            connection.execute(tables.kiosks.insert().values(**kiosk))
            kiosk_id = connection.execute(select(func.max(tables.kiosks.c.id))).scalar_one()
            said = {"kiosk_id": kiosk_id, "software": "", "config_seen": 1, "config_applied": 1, "health": "{}"}
            connection.execute(tables.kiosk_syncs.insert().values(said))
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
    assert order(first) == [f"S{number:03}" for number in range(12)]
    assert len(first.get_data()) < 80_000
    page = first.get_data(as_text=True)
    assert "1 to 12 of 500" in page
    assert 'href="?page=2" rel="next"' in page
    last = office.get("/head-office?page=42&sort=-store")
    assert order(last)[-1] == "S000"
    assert 'rel="next"' not in last.get_data(as_text=True)
    assert "page=" not in re.search(r'href="(\?[^"]*sort=service[^"]*)"', last.get_data(as_text=True)).group(1)


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "99999999", ""])
def test_a_part_of_the_list_that_there_is_not_is_a_400_page(read, page):
    answer = read(f"?page={page}")
    assert answer.status_code == 400
    assert "The list of stores has no such page." in answer.get_data(as_text=True)


SHARES = {"S01": (84, 50), "S02": (70, 80)}


@pytest.fixture
def dozen(shops):
    """Twelve stores: one that does not welcome, one that does not serve, nine alike, one with too few presses."""
    for number in range(1, 13):
        code, name = f"S{number:02}", f"Store {number:02}"
        store = shops.store(code, name)
        kiosk = shops.kiosk(store, f"K-{number}")
        served, welcomed = SHARES.get(code, (84, 68))
        of = 100 if number < 12 else 8
        for back in range(1, 15):
            bands = {band: round(of * part) for band, part in (("morning", 0.3), ("afternoon", 0.4), ("evening", 0.3))}
            for question, share in ((SERVICE, served), (EXPERIENCE, welcomed)):
                positive = round(of * share / 100) if number < 12 else 6
                parts = {f"{band}_counted": n for band, n in bands.items()}
                parts |= {f"{band}_positive": round(n * share / 100) for band, n in bands.items()}
                if number < 12 or back == 1:
                    shops.press(kiosk, TODAY - timedelta(days=back), question, positive, of - positive, **parts)
    return shops


def test_stores_stand_in_groups_by_name_and_the_sentence_names_those_that_differ(dozen, sign_in):
    answer = sign_in("head-office").get("/head-office?lang=en")
    page = answer.get_data(as_text=True)
    assert re.findall(r'class="group"><th [^>]*>(.*?) <span class="note">(\d+)', page) == [
        ("Gap clearly wider than in the others", "1"),
        ("No sure difference from the others", "9"),
        ("Gap clearly narrower than in the others, or the other way round", "1"),
        ("Too few presses to say", "1"),
    ]
    assert order(answer) == ["S01", *[f"S{number:02}" for number in range(3, 12)], "S02", "S12"]
    say = re.search(r'<p class="verdict-say".*?</p>\s*<p class="verdict-why">(.*?)</p>', page, re.DOTALL)
    assert re.sub(r"<[^>]*>", "", say.group(1)) == (
        "In 1 store the gap is clearly wider: Store 01. In 1 store it is clearly the other way round: Store 02. "
        "In 9 other stores we cannot say that the gap is different. 1 other store could not be compared."
    )
    assert "Our stores serve better than they welcome" in page
    assert "11 stores are compared; the more there are, the more often chance misleads" in page


def test_a_store_whose_days_differ_is_not_said_to_have_few_presses(dozen, shops, sign_in):
    kiosk = shops.kiosk(shops.store("T99", "Turnhout"), "K-99")
    for back in range(1, 8):
        for question in (SERVICE, EXPERIENCE):
            happy = 95 if back % 2 else 5
            shops.press(kiosk, TODAY - timedelta(days=back), question, happy, 100 - happy)
    page = re.sub(r"<[^>]*>", "", sign_in("head-office").get("/head-office?period=7d&lang=en").get_data(as_text=True))
    assert "Turnhout: not ranked. Its days differ so much" in page
    assert "Turnhout: not ranked, fewer than" not in page
    assert "Presses came close together or on days that differ, so they tell little" in page


def test_what_head_office_does_not_claim_no_store_page_claims_either(dozen, sign_in):
    office = sign_in("head-office")
    for number in range(1, 12):
        page = office.get(f"/stores/S{number:02}?lang=en").get_data(as_text=True)
        claims = re.search(r"points (?:wider|narrower) than in our other stores|other way round", page)
        assert bool(claims) == (number in {1, 2}), number


def test_both_charts_hold_every_store_and_have_their_numbers_in_tables(dozen, sign_in):
    page = sign_in("head-office").get("/head-office?lang=en").get_data(as_text=True)
    quadrant, funnel = (
        re.search(rf'aria-labelledby="{name}".*?</section>', page, re.DOTALL).group() for name in ("quadrant", "funnel")
    )
    assert quadrant.count("h0") == 11
    assert "1 store has too few presses to be drawn." in quadrant
    assert funnel.count("h0") == 11
    assert "Line: all stores together, 6" in funnel
    for words in ("The weeks as numbers", "How the stores were compared", "This chart as numbers"):
        assert f"<summary>{words}</summary>" in page
    assert page.count('class="plot spark"') == 11
    assert "curl --fail -H" in page
    assert "/api/v1/export/stores.csv?period=7d" in page


def test_the_funnel_can_show_service_and_an_index_that_there_is_not_is_refused(dozen, sign_in):
    office = sign_in("head-office")
    assert 'class="pips pips-service"' in office.get("/head-office?funnel=service").get_data(as_text=True)
    assert office.get("/head-office?funnel=luck").status_code == 400


def test_a_region_is_filtered_and_still_compared_with_all(dozen, sign_in):
    with writing(dozen.engine) as connection:
        connection.execute(update(tables.stores).where(tables.stores.c.code.in_(["S01", "S05"])).values(region="South"))
    office = sign_in("head-office")
    answer = office.get("/head-office?region=South&lang=en&period=4w")
    page = answer.get_data(as_text=True)
    assert order(answer) == ["S01", "S05"]
    assert "<option selected>South</option>" in page
    assert '<input type="hidden" name="period" value="4w">' in page
    assert "11 stores are compared; the more there are" in page
    refused = office.get("/head-office?region=Moon&lang=en")
    assert refused.status_code == 400
    assert "There is no such region among your stores." in refused.get_data(as_text=True)


def test_a_busy_stores_hours_are_taken_out_and_the_page_says_where_that_turns_it_round(shops, sign_in):
    """Simpson's paradox: 90 of 100 quiet and 280 of 400 busy beside 352 of 400 quiet and 66 of 100 busy, and no store below."""
    for number in range(5):
        kiosk = shops.kiosk(shops.store(f"S{number}", f"Store {number}"), f"K-{number}")
        quiet, busy = ((900, 1000), (2800, 4000)) if number == 0 else ((3520, 4000), (660, 1000))
        parts = {
            "morning_counted": quiet[1],
            "morning_positive": quiet[0],
            "evening_counted": busy[1],
            "evening_positive": busy[0],
        }
        positive = quiet[0] + busy[0]
        shops.press(kiosk, YESTERDAY, SERVICE, positive, 5000 - positive, **parts)
        shops.press(
            kiosk, YESTERDAY, EXPERIENCE, positive - 500, 5500 - positive, **parts | {"morning_positive": quiet[0] - 500}
        )
    office = sign_in("head-office")
    page = office.get("/head-office?lang=en").get_data(as_text=True)
    assert "with the hours left aside, the presses say the opposite" in page
    store = office.get("/stores/S0?lang=en").get_data(as_text=True)
    assert "Service: compared at the same hours" in store
    assert "points above our other stores" in store
    assert "Service: 10 points below our other stores" not in store


def test_equal_stores_are_not_told_apart_nor_ranked_nor_called_strong(shops, sign_in):
    for number in range(12):
        kiosk = shops.kiosk(shops.store(f"S{number:02}", f"Store {number:02}"), f"K-{number}")
        for back in range(1, 8):
            up = (number * 7 + back * 3) % 5 - 2
            parts = {"afternoon_counted": 60}
            shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, 50 + up, 10 - up, afternoon_positive=50 + up, **parts)
            shops.press(kiosk, TODAY - timedelta(days=back), EXPERIENCE, 42 - up, 18 + up, afternoon_positive=42 - up, **parts)
    page = sign_in("head-office").get("/head-office?lang=en").get_data(as_text=True)
    assert "In no store does the gap differ from the others’ by more than chance would make it." in page
    assert "No ranking: the stores differ no more than chance would make them." in page
    assert "so none is called strong or weak" in page
    for words in ("Strong in both", "Serves well", "clearly wider", "lowest tenth"):
        assert words not in page, words


@pytest.mark.parametrize("language", ["fa", "ar"])
def test_charts_are_mirrored_from_right_to_left(dozen, sign_in, language):
    office = sign_in("head-office")

    def marks(query: str) -> list[int]:
        page = office.get(f"/head-office?{query}").get_data(as_text=True)
        found = re.search(r'class="pips pips-experience" d="M(\d+) \d+h0((?:m-?\d+ -?\d+h0)*)"', page)
        xs = [int(found.group(1))]
        for step in re.findall(r"m(-?\d+) ", found.group(2)):
            xs.append(xs[-1] + int(step))
        return xs

    assert marks(f"lang={language}") == pytest.approx([1000 - x for x in reversed(marks("lang=en"))], abs=1)


def test_the_period_before_stands_beside_the_period(dozen, sign_in):
    page = sign_in("head-office").get("/head-office?lang=en").get_data(as_text=True)
    assert re.search(r"Service: no (sure change, from \d+ to|change, still) \d+", page)
    assert re.search(r"Experience: no (sure change, from \d+ to|change, still) \d+", page)


def test_a_manager_of_several_sees_their_own_and_how_they_stand_to_all(dozen, sign_in):
    answer = sign_in("manager", "S01", "S05").get("/stores?lang=en")
    assert order(answer) == ["S01", "S05"]
    assert "11 stores are compared; the more there are" in answer.get_data(as_text=True)
    assert "Store 02" not in answer.get_data(as_text=True)


def test_a_chain_that_nobody_pressed_in_says_so_first(shops, sign_in):
    shops.store("S001", "Leeds")
    assert "No presses in the last 7 days.</p>" in sign_in("head-office").get("/head-office?lang=en").get_data(as_text=True)


def test_rows_lead_to_the_store_in_the_same_period_and_language(read):
    assert 'href="/stores/S001?period=4w&amp;lang=fa"' in read("?period=4w&lang=fa").get_data(as_text=True)


def test_a_chain_without_stores_says_so(sign_in):
    page = sign_in("head-office").get("/head-office").get_data(as_text=True)
    assert "No stores yet." in page
    assert page.count("data-figure=") == 5
