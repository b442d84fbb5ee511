"""A store's figures stand beside those of all the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.chain import Chain, question_ids
from server.comparison.indexes import relative_gap
from server.comparison.periods import parse_period
from server.database.codes import ASIDE
from server.database.engine import reading, writing
from server.database.figures import asked_questions
from server.database.tables import set_aside
from server.survey.definition import Definition
from server.survey.definitions import current

DAY = TODAY - timedelta(days=2)


def read(shops, definition=None, period="7d"):
    with reading(shops.engine) as connection:
        asked = asked_questions(connection)
        return Chain(connection, parse_period(period, TODAY), definition or current(connection), asked)


@pytest.fixture
def four(shops):
    stores = [shops.store(f"S00{n}", f"Store {n}") for n in (1, 2, 3, 4)]
    for number, (store, served, welcomed) in enumerate(zip(stores, (90, 80, 70, 80), (50, 75, 85, 80), strict=True)):
        kiosk = shops.kiosk(store, f"K-{number}")
        shops.press(kiosk, DAY, SERVICE, served, 100 - served, marked=number)
        shops.press(kiosk, DAY, EXPERIENCE, welcomed, 100 - welcomed)
    return stores


def test_a_stores_figures_are_its_own(shops, four):
    figures = read(shops).figures(four[1])
    assert (figures.service.value, figures.experience.value, figures.gap.points) == (80, 75, -5)
    assert (figures.reactions, figures.counted, figures.marked) == (201, 200, 1)


def test_the_others_are_everybody_else_together(shops, four):
    others = read(shops).others(four[0].id)
    assert (others.stores, others.service.total, others.service.positive, others.experience.positive) == (3, 300, 230, 240)
    nobody = shops.store("S009", "Empty")
    assert read(shops).others(nobody.id).service.positive == 320


def test_the_others_are_all_less_this_one_to_the_last_press_and_visit(shops, four):
    for number, store in enumerate(four):
        shops.visits(shops.kiosk(store, f"K-1{number}"), DAY, 10 + number, 5, 4, 3)
    chain = read(shops)
    for store in four:
        others = [other.id for other in four if other.id != store.id]
        found = chain.others(store.id)
        assert (found.service, found.experience, found.gap) == chain.together(others)
        assert found.gap.pairs == sum(22 + number for number, other in enumerate(four) if other.id != store.id)


def test_fewer_than_three_other_stores_are_not_spoken_of(shops):
    stores = [shops.store(f"S00{n}", f"Store {n}") for n in (1, 2, 3, 4)]
    for number, store in enumerate(stores[:3]):
        kiosk = shops.kiosk(store, f"K-{number}")
        shops.press(kiosk, DAY, SERVICE, 80, 20)
        shops.press(kiosk, DAY, EXPERIENCE, 60, 40)
    two = read(shops).others(stores[0].id)
    assert (two.stores, two.service.total, two.experience.low, two.gap.points) == (2, 0, None, None)
    assert read(shops).others(stores[3].id).stores == 3


def test_a_store_of_which_rushes_set_much_aside_is_not_ranked(shops):
    kiosks = [shops.kiosk(shops.store(f"S0{n:02d}", f"Store {n}"), f"K-{n}") for n in range(9)]
    for number, kiosk in enumerate(kiosks):
        served, welcomed = (400, 0) if number == 0 else (320, 240)
        shops.press(kiosk, DAY, SERVICE, served, 400 - served, marked=50)
        shops.press(kiosk, DAY, EXPERIENCE, welcomed, 400 - welcomed)
        shops.hour(kiosk, DAY, 14, SERVICE, served, 400 - served)
        shops.hour(kiosk, DAY, 14, EXPERIENCE, welcomed, 400 - welcomed)
    assert kiosks[0].store_id in read(shops).standings.experience
    with writing(shops.engine) as connection:
        for kiosk, rushed in ((kiosks[0], 43), (kiosks[1], 42)):
            keys = (kiosk.id, kiosk.placement_id, DAY.toordinal(), shops.questions[SERVICE], ASIDE["rush"])
            connection.execute(set_aside.insert().values((*keys, 0, 0, rushed)))
    ranked = read(shops).standings.experience
    assert kiosks[0].store_id not in ranked
    assert kiosks[1].store_id in ranked


def test_the_gap_is_told_beside_the_others_gap(shops, four):
    chain = read(shops)
    away = relative_gap(chain.figures(four[0]).gap, chain.others(four[0].id).gap)
    assert away.points == pytest.approx(-40 - 10 / 3)
    assert away.high < 0


def test_without_targets_the_middle_of_the_stores_is_the_cut(shops, four):
    assert read(shops).cuts.service == 80
    assert not read(shops).cuts.declared


def test_two_stores_have_no_middle(shops):
    kiosk = shops.kiosk(shops.store("S001", "One"), "K-1")
    shops.press(kiosk, DAY, SERVICE, 50, 50)
    assert read(shops).cuts.service is None


def test_the_definition_says_what_counts_and_what_strong_is(shops, four):
    turned = Definition(7, service=(EXPERIENCE,), experience=(SERVICE,), target_service=0.8, target_experience=0.7)
    chain = read(shops, turned)
    figures = chain.figures(four[0])
    assert (figures.service.value, figures.experience.value, figures.definition_version) == (50, 90, 7)
    assert (chain.cuts.service, chain.cuts.experience, chain.cuts.declared) == (80, 70, True)
    assert figures.verdict.name == "welcomes-not-serves"


def test_todays_figures_carry_no_verdict(shops, four):
    kiosk = shops.kiosk(four[0], "K-9")
    shops.press(kiosk, TODAY, SERVICE, 90, 10)
    shops.press(kiosk, TODAY, EXPERIENCE, 10, 90)
    figures = read(shops, period="today").figures(four[0])
    assert figures.service.value == 90
    assert figures.verdict is None


def test_figures_that_run_have_no_ranges_and_no_gap(shops, four):
    for number, store in enumerate(four):
        kiosk = shops.kiosk(store, f"K-2{number}")
        shops.press(kiosk, TODAY, SERVICE, 90, 10)
        shops.press(kiosk, TODAY, EXPERIENCE, 10, 90)
    for period in ("today", "2026-11-15..2026-11-30"):
        chain = read(shops, period=period)
        figures, others = chain.figures(four[0]), chain.others(four[0].id)
        assert (figures.service.low, figures.service.high, figures.experience.low) == (None, None, None)
        assert (figures.gap.points, others.gap.points, others.service.low) == (None, None, None)


def test_presses_of_an_unknown_day_are_accepted_but_in_no_index(shops, four):
    kiosk = shops.kiosk(four[0], "K-9")
    shops.press(kiosk, DAY, SERVICE, 0, 0, uncertain=4)
    figures = read(shops).figures(four[0])
    assert (figures.reactions, figures.counted, figures.uncertain) == (204, 200, 4)


def test_a_store_without_presses_has_figures_too(shops, four):
    empty = shops.store("S009", "Empty")
    figures = read(shops).figures(empty)
    assert (figures.service.withheld, figures.reactions, figures.verdict) == ("none", 0, None)


def test_questions_are_found_in_all_their_wordings(shops):
    with reading(shops.engine) as connection:
        service, experience = question_ids(current(connection), asked_questions(connection))
    assert shops.questions[SERVICE] in service
    assert shops.questions[EXPERIENCE] in experience
    assert shops.questions["staff-mattered"] not in experience  # colleagues' experience is no customer's


def test_a_week_has_days_as_clusters_and_a_day_has_not(shops):
    store = shops.store("S001", "Leeds")
    kiosk, second = shops.kiosk(store, "K-001"), shops.kiosk(store, "K-002", "checkout")
    for back in range(1, 8):
        # One kiosk's good day is the other's: together they are one cluster a day.
        good = back % 2
        for one in (kiosk, second):
            shops.press(one, TODAY - timedelta(days=back), SERVICE, 20 * good, 20 - 20 * good)
    yesterday = f"{TODAY - timedelta(1)}..{TODAY}"
    week, day = (read(shops, period=period).figures(store).service for period in ("7d", yesterday))
    assert (week.total, day.total) == (280, 40)
    assert week.withheld == "too-few"
    assert week.effective < 7
    assert day.effective == 40
