"""A store's figures stand beside those of all the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.chain import Chain, question_ids
from server.comparison.periods import parse_period
from server.database.engine import reading
from server.database.figures import asked_questions
from server.survey.definitions import Definition, current

DAY = TODAY - timedelta(days=2)


def read(shops, definition=None, period="7d"):
    with reading(shops.engine) as connection:
        asked = asked_questions(connection)
        return Chain(connection, parse_period(period, TODAY), definition or current(connection), asked)


@pytest.fixture
def three(shops):
    stores = [shops.store(f"S00{n}", f"Store {n}") for n in (1, 2, 3)]
    for number, (store, served, welcomed) in enumerate(zip(stores, (90, 80, 70), (50, 75, 85), strict=True)):
        kiosk = shops.kiosk(store, f"K-{number}")
        shops.press(kiosk, DAY, SERVICE, served, 100 - served, marked=number)
        shops.press(kiosk, DAY, EXPERIENCE, welcomed, 100 - welcomed)
    return stores


def test_a_stores_figures_are_its_own(shops, three):
    figures = read(shops).figures(three[1])
    assert (figures.service.value, figures.experience.value, figures.gap.points) == (80, 75, -5)
    assert (figures.reactions, figures.counted, figures.marked) == (201, 200, 1)


def test_the_others_are_everybody_else_together(shops, three):
    others = read(shops).others(three[0].id)
    assert (others.stores, others.service.total, others.service.positive, others.experience.positive) == (2, 200, 150, 160)


def test_the_gap_is_told_beside_the_others_gap(shops, three):
    figures = read(shops).figures(three[0])
    assert figures.relative.points == pytest.approx(-40 - 5)
    assert figures.relative.high < 0


def test_without_targets_the_middle_of_three_stores_is_the_cut(shops, three):
    assert read(shops).cuts.service == 80
    assert not read(shops).cuts.declared


def test_two_stores_have_no_middle(shops):
    kiosk = shops.kiosk(shops.store("S001", "One"), "K-1")
    shops.press(kiosk, DAY, SERVICE, 50, 50)
    assert read(shops).cuts.service is None


def test_the_definition_says_what_counts_and_what_strong_is(shops, three):
    turned = Definition(7, service=(EXPERIENCE,), experience=(SERVICE,), target_service=0.8, target_experience=0.7)
    chain = read(shops, turned)
    figures = chain.figures(three[0])
    assert (figures.service.value, figures.experience.value, figures.definition_version) == (50, 90, 7)
    assert (chain.cuts.service, chain.cuts.experience, chain.cuts.declared) == (80, 70, True)
    assert figures.verdict.name == "welcomes-not-serves"


def test_todays_figures_carry_no_verdict(shops, three):
    kiosk = shops.kiosk(three[0], "K-9")
    shops.press(kiosk, TODAY, SERVICE, 90, 10)
    shops.press(kiosk, TODAY, EXPERIENCE, 10, 90)
    figures = read(shops, period="today").figures(three[0])
    assert figures.service.value == 90
    assert figures.verdict is None


def test_presses_of_an_unknown_day_are_accepted_but_in_no_index(shops, three):
    kiosk = shops.kiosk(three[0], "K-9")
    shops.press(kiosk, DAY, SERVICE, 0, 0, uncertain=4)
    figures = read(shops).figures(three[0])
    assert (figures.reactions, figures.counted, figures.uncertain) == (204, 200, 4)


def test_a_store_without_presses_has_figures_too(shops, three):
    empty = shops.store("S009", "Empty")
    figures = read(shops).figures(empty)
    assert (figures.service.withheld, figures.reactions, figures.verdict) == ("none", 0, None)


def test_questions_are_found_in_all_their_wordings(shops):
    with reading(shops.engine) as connection:
        service, experience = question_ids(current(connection), asked_questions(connection))
    assert shops.questions[SERVICE] in service
    assert shops.questions[EXPERIENCE] in experience
    assert shops.questions["staff-mattered"] not in experience  # colleagues' experience is no customer's
