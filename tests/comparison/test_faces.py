"""A store whose boxes have other faces than most is compared with nobody, and is in no figure of all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.faces import stores_apart
from server.comparison.indexes import NO_GAP, NO_INDEX
from server.comparison.office import office
from server.comparison.periods import parse_period
from server.comparison.summary import chain_summary, store_summary
from server.comparison.verdict import beside_others, paragraph
from server.database.engine import reading
from server.database.store_figures import StoreCount
from server.web.funnel_chart import funnel_of

NOW_MS = 1_795_262_400_000


def count(store, question, faces, presses):
    return StoreCount(store, question, faces, presses, 0, 0, 0, 0, 0, 0, 0, 0)


def by_store(*counts):
    return {store: [one for one in counts if one.store_id == store] for store in {one.store_id for one in counts}}


def test_the_stores_that_are_fewer_stand_apart():
    counts = by_store(count(1, 7, 2, 10), count(2, 7, 2, 10), count(3, 7, 3, 9_000))
    assert stores_apart(counts, {7}) == {3}


def test_a_store_with_several_kinds_of_boxes_stands_apart():
    counts = by_store(count(1, 7, 2, 10), count(2, 7, 2, 10), count(2, 8, 3, 1), count(3, 7, 2, 5))
    assert stores_apart(counts, {7, 8}) == {2}


def test_what_nobody_pressed_or_no_index_counts_parts_nobody():
    counts = by_store(count(1, 7, 2, 10), count(2, 7, 2, 10), count(2, 7, 3, 0), count(2, 9, 3, 50))
    assert stores_apart(counts, {7}) == frozenset()
    assert stores_apart({}, {7}) == frozenset()


def test_of_two_kinds_that_are_as_many_the_busier_one_is_usual():
    assert stores_apart(by_store(count(1, 7, 2, 10), count(2, 7, 3, 90)), {7}) == {1}


@pytest.fixture
def eight(shops):
    """The first store's boxes have a middle face that a fifth of its visitors press; else all are alike."""
    stores = [shops.store(f"S{number:03}", f"Store {number}") for number in range(8)]
    for number, store in enumerate(stores):
        kiosk = shops.kiosk(store, f"K-{number}")
        for back in range(1, 8):
            day = TODAY - timedelta(days=back)
            happy = 52 if number == 0 else 64
            middle = {"neutral": 16, "faces": 3} if number == 0 else {}
            known = {"morning_counted": 80, "morning_positive": happy}
            shops.press(kiosk, day, EXPERIENCE, happy, 80 - happy - middle.get("neutral", 0), **middle, **known)
            shops.press(kiosk, day, SERVICE, 68, 12, morning_counted=80, morning_positive=68)
    return stores


def test_a_middle_face_makes_no_store_worse_than_the_others(shops, eight):
    with reading(shops.engine) as connection:
        summary = store_summary(connection, eight[0], parse_period("7d", TODAY), NOW_MS)
    assert (summary.figures.standing.group, summary.figures.standing.experience.away) == ("other-faces", NO_GAP)
    assert (summary.others.stores, summary.others.experience) == (0, NO_INDEX)
    assert summary.figures.experience.value == 65
    assert [one.name for one in beside_others(summary)] == ["faces.not-compared"]
    assert "gap.like-chain" not in {one.name for one in paragraph(summary)}
    assert next(place for place in summary.places if place.signal == "experience").others == NO_INDEX
    assert next(place for place in summary.places if place.signal == "service").others.value == 85


def test_the_other_stores_are_compared_without_it(shops, eight):
    with reading(shops.engine) as connection:
        summary = chain_summary(connection, eight, "7d", NOW_MS)
        added = office(connection, summary, summary.stores)
        one = store_summary(connection, eight[1], parse_period("7d", TODAY), NOW_MS)
    assert [figures.standing.group for figures in summary.stores] == ["other-faces", *["alike"] * 7]
    assert (summary.together.stores, summary.together.experience.value) == (7, 80)
    assert (one.others.stores, one.others.experience.value) == (6, 80)
    assert summary.stores[1].standing.compared == 7
    assert summary.stores[0].store.id not in {*summary.ranked_experience, *summary.ranked_service}
    assert added.experience.ranked == 7
    assert summary.stores[0] not in funnel_of(summary.stores, summary.together.experience, "experience").stores


def test_where_all_that_a_reader_sees_stand_apart_their_figures_are_shown(shops, eight):
    with reading(shops.engine) as connection:
        summary = chain_summary(connection, eight[:1], "7d", NOW_MS)
    assert (summary.together.stores, summary.together.experience.value) == (1, 65)
