"""The employees' page: whoever may see the store sees it, and nothing of few presses."""

from __future__ import annotations

import re
from datetime import date

import pytest
from shops import EXPERIENCE, TODAY

WEDNESDAY = date(2026, 11, 11)


@pytest.fixture
def stores(shops):
    return [shops.store("S001", "Leeds"), shops.store("S002", "York")]


def page(client, code="S001", query=""):
    answer = client.get(f"/stores/{code}/employees{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_few_presses_are_not_told_by_any_number(sign_in, stores, shops):
    room = shops.kiosk(stores[0], "K-009", "staff room")
    manager = sign_in("manager", "S001")
    silent = page(manager)
    shops.press(room, WEDNESDAY, "staff-mattered", 2, 7)
    text = re.sub(r"Page made at [0-9:]*", "", page(manager))
    assert text == re.sub(r"Page made at [0-9:]*", "", silent)


@pytest.mark.parametrize(("role", "codes"), [("manager", ["S001"]), ("region", ["S001"]), ("head-office", []), ("admin", [])])
def test_ten_presses_are_told_to_whoever_may_see_the_store(sign_in, stores, shops, role, codes):
    shops.press(shops.kiosk(stores[0], "K-009", "staff room"), WEDNESDAY, "staff-mattered", 30, 10)
    text = page(sign_in(role, *codes))
    assert "<b>75</b>" in text
    assert "9 to 15 November 2026" in text


def test_a_neighbours_employees_are_like_those_of_no_store(sign_in, stores):
    manager = sign_in("manager", "S001")
    neighbour, nobody = (manager.get(f"/stores/{code}/employees") for code in ("S002", "S999"))
    assert neighbour.status_code == nobody.status_code == 404
    assert neighbour.get_data() == nobody.get_data().replace(b"S999", b"S002")


def test_the_stores_page_and_its_list_do_not_move_with_an_employees_press(sign_in, stores, shops):
    office = sign_in("head-office")
    shops.press(shops.kiosk(stores[0], "K-001"), TODAY, EXPERIENCE, 5, 5)
    before = [office.get(path).get_data() for path in ("/stores/S001?period=today", "/head-office?period=today")]
    room = shops.kiosk(stores[1], "K-009", "staff room")
    shops.press(room, TODAY, "staff-mattered", 40, 10)
    assert [office.get(path).get_data() for path in ("/stores/S001?period=today", "/head-office?period=today")] == before


@pytest.mark.parametrize("language", ["en", "pl", "it", "fa", "ar", "tr"])
def test_the_page_speaks_every_language(sign_in, stores, shops, language):
    shops.press(shops.kiosk(stores[0], "K-009", "staff room"), WEDNESDAY, "staff-mattered", 30, 10)
    assert f'<html lang="{language}"' in page(sign_in("head-office"), query=f"?lang={language}")
