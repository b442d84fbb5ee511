"""HX: declared weights, parts that are missing and never zero, and nothing below six tenths of the weight."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.analysis.composite import composite
from server.comparison.human import human_experience
from server.comparison.periods import parse_period
from server.comparison.summary import store_summary
from server.database.engine import reading, writing
from server.database.questions import add_question
from server.survey.definitions import declare

NOON_MS = 1_795_262_400_000
WEDNESDAY = date(2026, 11, 11)


@pytest.fixture
def store(shops):
    return shops.store("S001", "Leeds")


def weigh(shops, **weights) -> None:
    with writing(shops.engine) as connection:
        declare(connection, NOON_MS - 1, "office@demo.example", weights=weights)


def found(shops, *stores):
    with reading(shops.engine) as connection:
        return human_experience(connection, stores, NOON_MS)


def test_without_weights_there_is_no_hx_and_the_parts_stand_alone(shops, store):
    shops.press(shops.kiosk(store, "K-001"), WEDNESDAY, EXPERIENCE, 160, 40)
    human = found(shops, store)
    assert human.whole is None
    assert [(part.dimension, part.weight, part.index.total) for part in human.parts] == [("CX", None, 200), ("EX", None, 0)]


def test_hx_is_the_published_composite_of_its_parts(shops, store):
    weigh(shops, CX=0.4, EX=0.3, LX=0.1, IX=0.1, VX=0.05, TX=0.05)
    shops.press(shops.kiosk(store, "K-001"), WEDNESDAY, EXPERIENCE, 160, 40)
    shops.press(shops.kiosk(store, "K-009", "staff room"), WEDNESDAY, "staff-mattered", 42, 18)
    whole = found(shops, store).whole
    assert whole.coverage == pytest.approx(0.7)
    assert whole.value is None
    assert whole.measured == pytest.approx(0.7571, abs=1e-4)
    around, bounds = whole.measured_interval, whole.bounds
    assert (around.lower, around.upper) == pytest.approx((0.6932, 0.8089), abs=1e-4)
    assert (bounds.lower, bounds.upper) == pytest.approx((0.53, 0.83))
    assert whole == composite({"CX": (160.0, 200.0), "EX": (42.0, 60.0)}, dict(found(shops, store).definition.weights))


def test_below_six_tenths_of_the_weight_there_is_no_number(shops, store):
    weigh(shops, CX=0.59, EX=0.41)
    shops.press(shops.kiosk(store, "K-001"), WEDNESDAY, EXPERIENCE, 160, 40)
    whole = found(shops, store).whole
    assert (whole.coverage, whole.measured, whole.bounds) == (pytest.approx(0.59), None, None)


def test_a_withheld_part_is_missing_and_not_zero(shops, store):
    weigh(shops, CX=0.7, EX=0.3)
    shops.press(shops.kiosk(store, "K-001"), WEDNESDAY, EXPERIENCE, 160, 40)
    shops.press(shops.kiosk(store, "K-009", "staff room"), WEDNESDAY, "staff-mattered", 0, 9)
    human = found(shops, store)
    assert human.whole.coverage == pytest.approx(0.7)
    assert human.parts[1].index.total == 0  # not even how many


def test_service_employees_and_old_presses_are_in_no_customers_part(shops, store):
    kiosk = shops.kiosk(store, "K-001")
    shops.press(kiosk, WEDNESDAY, SERVICE, 90, 10)
    shops.press(kiosk, TODAY - timedelta(weeks=14), EXPERIENCE, 90, 10)
    shops.press(kiosk, TODAY, EXPERIENCE, 90, 10)
    shops.press(kiosk, WEDNESDAY, "staff-mattered", 90, 10)
    assert [part.index.total for part in found(shops, store).parts] == [0, 100]


def test_a_dimension_of_the_chains_own_is_a_part_and_only_of_stores_asked_for(shops, store):
    with writing(shops.engine) as connection:
        texts = {"en": {"question": "?", "positive": "a", "negative": "b"}}
        shops.questions["led"] = add_question(connection, "led", 1, "experience", "LX", ["x"], ["x"], texts, {"origin": "x"})
    weigh(shops, CX=0.5, LX=0.5)
    shops.press(shops.kiosk(store, "K-001"), WEDNESDAY, EXPERIENCE, 80, 20)
    shops.press(shops.kiosk(store, "K-002"), WEDNESDAY, "led", 60, 40)
    other = shops.store("S002", "York")
    shops.press(shops.kiosk(other, "K-003"), WEDNESDAY, "led", 0, 400)
    whole = found(shops, store).whole
    assert (whole.coverage, whole.value) == (1.0, pytest.approx(0.7))
    assert [part.dimension for part in found(shops, store).parts] == ["CX", "EX", "LX"]


def test_the_customers_part_is_as_sure_as_the_stores_own_page(shops, store):
    kiosk = shops.kiosk(store, "K-001")
    for back in range(1, 41):
        shops.press(kiosk, TODAY - timedelta(days=back), EXPERIENCE, *((20, 0) if back % 2 else (8, 12)))
    (part, *_) = found(shops, store).parts
    with reading(shops.engine) as connection:
        page = store_summary(connection, store, parse_period("13w", TODAY), NOON_MS)
    assert part.index == page.figures.experience
    assert part.index.effective < 0.4 * part.index.total
