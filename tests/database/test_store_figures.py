"""All stores' presses of some days: counts, days as clusters and visits, and the sums of the period before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.analysis.clustering import ClusterSums
from server.database.engine import reading
from server.database.store_figures import Weekend, day_clusters, store_counts, visit_counts
from server.database.sums import question_counts, question_writes

DAY = TODAY.toordinal()
NOTHING = ClusterSums(0, 0, 0, 0)


@pytest.fixture
def shops(engine):
    return Shops(engine)


@pytest.fixture
def two(shops):
    return shops.store("S001", "Leeds"), shops.store("S002", "York")


def test_faces_are_never_added_together(shops, two):
    kiosk = shops.kiosk(two[0], "K-1")
    shops.press(kiosk, TODAY, SERVICE, 3, 2)
    shops.press(kiosk, TODAY, SERVICE, 1, 1, faces=3)
    with reading(shops.engine) as connection:
        found = store_counts(connection, DAY, DAY + 1)
    assert [(count.faces, count.positive) for count in found] == [(2, 3), (3, 1)]
    # Sums that come back as decimals would fail where they are mixed with floats.
    assert all(type(value) is int for count in found for value in count)


def test_a_kiosk_that_moved_leaves_its_presses_where_they_were_made(shops, two):
    kiosk = shops.kiosk(two[0], "K-1")
    shops.press(kiosk, TODAY, SERVICE, 3, 2)
    moved = kiosk._replace(placement_id=shops.kiosk(two[1], "K-2").placement_id)
    shops.press(moved, TODAY, SERVICE, 50, 0)
    with reading(shops.engine) as connection:
        found = store_counts(connection, DAY, DAY + 1)
    # The second row claims a placement of another kiosk, so it is nobody's.
    assert [(count.store_id, count.positive) for count in found] == [(two[0].id, 3)]


def test_visits_are_summed_where_they_answered_one_of_both_sets_of_questions(shops, two):
    kiosk = shops.kiosk(two[0], "K-1")
    for back in range(2):
        shops.visits(kiosk, TODAY - timedelta(days=back), 4, 3, 2, 1)
    with reading(shops.engine) as connection:
        service, experience = [shops.questions[SERVICE]], [shops.questions[EXPERIENCE]]
        (visit,) = visit_counts(connection, DAY - 1, DAY + 1, (service, experience))
        assert not visit_counts(connection, DAY - 1, DAY + 1, (experience, service))
        assert not visit_counts(connection, DAY - 1, DAY + 1, (service, experience), [two[1].id])
    assert visit == (two[0].id, 8, 6, 4, 2)


def test_weekends_are_told_from_weekdays_where_the_store_stands(shops):
    rules = (Weekend((4,), ("IR",)), Weekend((5, 6), ()))
    here, there = shops.store("S001", "Leeds"), shops.store("S002", "تهران", territory="IR")
    for store in (here, there):
        kiosk = shops.kiosk(store, f"K-{store.code}")
        for back in range(7):  # TODAY is a Saturday
            bands = {"morning_counted": 2, "morning_positive": 1, "evening_counted": 1, "evening_positive": 1}
            shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, 1 + back, 0, **bands)
    with reading(shops.engine) as connection:
        found = store_counts(connection, DAY - 6, DAY + 1, rules)
        alone = store_counts(connection, DAY - 6, DAY + 1, rules, [there.id])
    assert [(count.store_id, count.weekend, count.positive, count.evening_positive) for count in found] == [
        (here.id, 0, 20, 5),
        (here.id, 1, 8, 2),
        (there.id, 0, 26, 6),
        (there.id, 1, 2, 1),
    ]
    assert alone == [count for count in found if count.store_id == there.id]
    assert all(type(value) is int for count in found for value in count)


def test_days_with_presses_are_clusters_of_each_of_both_sets_of_questions(shops, two):
    for code in ("K-1", "K-2"):
        kiosk = shops.kiosk(two[0], code)
        for back, (positive, negative) in enumerate(((3, 1), (0, 0), (2, 2))):
            shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, positive, negative)
    shops.press(shops.kiosk(two[1], "K-3"), TODAY, EXPERIENCE, 1, 4)
    signals = [shops.questions[SERVICE]], [shops.questions[EXPERIENCE]]
    with reading(shops.engine) as connection:
        found = day_clusters(connection, DAY - 6, DAY + 1, signals)
        alone = day_clusters(connection, DAY - 6, DAY + 1, signals, [two[1].id])
        service_alone = day_clusters(connection, DAY - 6, DAY + 1, (signals[0], []))
    # Two kiosks' presses of a day are one cluster, and a day without a press is none.
    service, experience = ClusterSums(2, 6 * 6 + 4 * 4, 6 * 8 + 4 * 8, 8 * 8 + 8 * 8), ClusterSums(1, 1, 5, 25)
    assert found == {two[0].id: (service, NOTHING), two[1].id: (NOTHING, experience)}
    assert alone == {two[1].id: (NOTHING, experience)}
    assert service_alone == {two[0].id: (service, NOTHING)}


def test_several_stores_sums_tell_of_how_many_writes_they_are(shops, two):
    for at, store in enumerate(two):
        shops.press(shops.kiosk(store, f"K-{at}"), TODAY, SERVICE, 3 + at, 2)
    asked = [store.id for store in two], DAY, DAY + 1, frozenset({shops.questions[SERVICE]})
    with reading(shops.engine) as connection:
        (count,) = question_counts(connection, *asked)
        assert (count.positive, count.negative, (count.rows, count.writes)) == (7, 4, question_writes(connection, *asked))
        assert question_counts(connection, asked[0], DAY - 1, DAY, asked[3]) == []
        assert question_writes(connection, asked[0], DAY - 1, DAY, asked[3]) == (0, 0)
