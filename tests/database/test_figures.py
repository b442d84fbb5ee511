"""Figures come from roll-ups by store, day and question, and from nothing else, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.database import figures
from server.database.codes import ASIDE
from server.database.engine import make_engine, reading, writing
from server.database.figures import AsideCount, set_aside_counts
from server.database.tables import set_aside

DAY = TODAY.toordinal()


@pytest.fixture
def shops(engine):
    return Shops(engine)


@pytest.fixture
def two(shops):
    return shops.store("S001", "Leeds"), shops.store("S002", "York")


def test_days_are_from_the_first_up_to_the_end_of_one_store(shops, two):
    kiosk, other = shops.kiosk(two[0], "K-1"), shops.kiosk(two[1], "K-2")
    for back in range(4):
        shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, back + 1, 0)
    shops.press(other, TODAY, SERVICE, 99, 0)
    with reading(shops.engine) as connection:
        found = figures.day_counts(connection, two[0].id, DAY - 2, DAY)
    assert [(count.local_day - DAY, count.positive) for count in found] == [(-2, 3), (-1, 2)]


def test_two_kiosks_at_one_touchpoint_are_one_row(shops, two):
    for code in ("K-1", "K-2"):
        shops.press(shops.kiosk(two[0], code), TODAY, SERVICE, 3, 2, neutral=1, marked=4, uncertain=1)
    with reading(shops.engine) as connection:
        (count,) = figures.day_counts(connection, two[0].id, DAY, DAY + 1)
    assert (count.positive, count.neutral, count.negative, count.marked, count.uncertain) == (6, 2, 4, 8, 2)
    assert (count.clusters, count.sum_xx, count.sum_xn, count.sum_nn) == (12, 6, 6, 12)


def test_standing_kiosks_tell_what_they_thanked_for(shops, two):
    kiosk = shops.kiosk(two[0], "K-1", heard_ms=5)
    shops.kiosk(two[0], "K-2", "entrance")
    shops.totals(kiosk, thanked=12, known=10)
    with reading(shops.engine) as connection:
        found = figures.standing_kiosks(connection, two[0].id)
    assert [tuple(standing) for standing in found] == [
        ("K-2", "entrance", None, 0, 0, 0, False),
        ("K-1", "exit", 5, 12, 10, 0, False),
    ]


def test_questions_come_with_their_words(shops):
    with reading(shops.engine) as connection:
        asked = figures.asked_questions(connection)
    question = asked[shops.questions[EXPERIENCE]]
    assert (question.code, question.signal, question.texts["en"]["question"]) == (
        EXPERIENCE,
        "experience",
        "Did you feel welcome?",
    )


def test_whether_a_chain_is_made_up_is_known_even_when_the_database_is_not_there(shops, tmp_path):
    assert not figures.is_made_up(shops.engine)
    shops.made_up()
    assert figures.is_made_up(shops.engine)
    empty = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    assert not figures.is_made_up(empty)
    empty.dispose()


def test_what_does_not_count_is_told_by_question_and_reason(shops):
    store, other = shops.store("S001", "Leeds"), shops.store("S002", "York")
    kiosk, elsewhere = shops.kiosk(store, "K-001"), shops.kiosk(other, "K-002")
    day = TODAY.toordinal()
    rows = [
        (kiosk, day, "repeat", (3, 0, 1)),
        (kiosk, day - 1, "repeat", (1, 1, 0)),
        (kiosk, day, "out-of-hours", (2, 0, 0)),
        (kiosk, day, "mash", (0, 0, 0)),
        (kiosk, day - 2, "rush", (9, 9, 9)),
        (elsewhere, day, "rush", (5, 0, 0)),
    ]
    with writing(shops.engine) as connection:
        for place, local_day, reason, counts in rows:
            keys = (place.id, place.placement_id, local_day, shops.questions[SERVICE], ASIDE[reason])
            connection.execute(set_aside.insert().values((*keys, *counts)))
    with reading(shops.engine) as connection:
        found = set_aside_counts(connection, store.id, day - 1, day + 1)
    question = shops.questions[SERVICE]
    assert found == [AsideCount(question, "repeat", 4, 1, 1), AsideCount(question, "out-of-hours", 2, 0, 0)]
