"""HX on its page: beside its parts, under its own name where parts are missing, without a number where too many are."""

from __future__ import annotations

import re
from datetime import date

import pytest
from shops import EXPERIENCE

from server.database.engine import writing
from server.survey.definitions import declare

NOON_MS = 1_795_262_400_000
WEDNESDAY = date(2026, 11, 11)
PATH = "/head-office/hx"


@pytest.fixture
def office(sign_in, shops):
    store = shops.store("S001", "Leeds")
    shops.press(shops.kiosk(store, "K-001"), WEDNESDAY, EXPERIENCE, 160, 40)
    shops.press(shops.kiosk(store, "K-009", "staff room"), WEDNESDAY, "staff-mattered", 42, 18)
    return sign_in("head-office")


def weigh(shops, **weights):
    with writing(shops.engine) as connection:
        declare(connection, NOON_MS - 1, "office@demo.example", weights=weights, labels={"LX": "Leadership"})


def page(client, query="") -> str:
    return client.get(PATH + query).get_data(as_text=True)


def test_without_weights_the_parts_stand_alone(office):
    text = page(office)
    assert "No weights are declared" in text
    assert re.findall(r'data-dimension="(\w+)"', text) == ["CX", "EX"]
    assert '<b class="value-experience">80</b>' in text
    assert 'data-figure="hx" data-value=""' in text


def test_a_missing_part_gives_the_number_its_other_name(office, shops):
    weigh(shops, CX=0.4, EX=0.3, LX=0.3)
    text = page(office)
    assert "HX of the measured parts" in text
    assert 'data-figure="hx-measured" data-value="75.7" data-low="69.3" data-high="80.9"' in text
    assert "70 of 100 of the weight is measured." in text
    assert "between 53 and 83, not counting chance" in text
    assert "Leadership (LX)" in text
    assert "missing; that is not zero" in text


def test_all_parts_are_hx_and_too_few_are_no_number(office, shops):
    weigh(shops, CX=0.6, EX=0.4)
    assert 'data-figure="hx" data-value="76.0"' in page(office)
    weigh(shops, CX=0.3, LX=0.7)
    text = page(office)
    assert "Below 60 no number is given." in text
    assert 'data-figure="hx" data-value=""' in text


def test_the_definition_is_named(office, shops):
    weigh(shops, CX=0.6, EX=0.4)
    assert "Definition version 2." in page(office)


@pytest.mark.parametrize("language", ["en", "pl", "it", "fa", "ar", "tr"])
def test_hx_is_read_in_every_language(office, shops, language):
    weigh(shops, CX=0.4, EX=0.3, LX=0.3)
    assert f'<html lang="{language}"' in page(office, f"?lang={language}")
