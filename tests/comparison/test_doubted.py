"""Runs that nobody has decided about are taken out of a store's counts, and it is not named for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.analysis.clustering import ClusterSums
from server.comparison.beside import Counted
from server.comparison.doubted import without_runs
from server.comparison.indexes import Tally, Visits
from server.comparison.kept_chains import chain_of
from server.comparison.periods import parse_period
from server.database.engine import reading, writing
from server.database.figures import asked_questions
from server.database.reviews import KEPT, Found, OpenRun, keep_review, save_decision
from server.survey.definitions import current

# Friday, 20 November 2026, 19:30 to 20:30 in Warsaw.
FROM_MS, UNTIL_MS = 1_795_199_400_000, 1_795_203_000_000
DAY_MS = 86_400_000
YESTERDAY = TODAY - timedelta(days=1)
FRIDAY = YESTERDAY.toordinal()
IDS = (frozenset({1}), frozenset({2}))


@pytest.fixture
def shops(engine) -> Shops:
    return Shops(engine)


def counted(positive: int, total: int) -> Counted:
    tally = Tally(positive, total, ClusterSums(total, positive, positive, total), 12.0)
    strata = ((10, 20), (20, 30), (positive - 30, total - 50), (0, 0), (0, 0), (0, 0))
    return Counted(tally, tally, Visits(0, 0, 0, 0), strata, strata)


def run(**facts) -> OpenRun:
    place = {"store_id": 7, "timezone": "Europe/Warsaw", "territory": "PL", "question_id": 2, "local_day": FRIDAY}
    counts = {"from_ms": FROM_MS, "until_ms": UNTIL_MS, "presses": 40, "alike": 40, "positives": 40, "usual_share": 0.78}
    return OpenRun(**place | counts | facts)


def test_a_runs_presses_leave_their_index_and_their_part_of_the_week_alone():
    (found,) = without_runs({7: counted(110, 150), 8: counted(110, 150)}, [run()], IDS).values()
    assert (found.experience.positive, found.experience.total) == (70, 110)
    assert found.experience_strata == ((10, 20), (20, 30), (40, 60), (0, 0), (0, 0), (0, 0))
    assert found.experience.spread == pytest.approx(12 * 110 / 150)
    assert found.service == counted(110, 150).service
    assert found.service_strata == counted(110, 150).service_strata


def test_several_runs_of_a_store_are_all_taken_out():
    (found,) = without_runs({7: counted(190, 250)}, [run(), run(question_id=1), run()], IDS).values()
    assert (found.experience.total, found.service.total) == (170, 210)


def test_where_friday_is_weekend_its_evening_is_another_part():
    (found,) = without_runs({7: counted(110, 150)}, [run(territory="IR")], IDS).values()
    assert found.experience_strata[2] == (80, 100)
    assert found.experience_strata[5] == (0, 0)


def test_a_run_that_may_be_chance_or_is_of_no_index_or_lies_outside_changes_nothing():
    stores = {7: counted(110, 150)}
    assert without_runs(stores, [run(presses=12, alike=12, positives=12), run(question_id=3), run(store_id=9)], IDS) == {}
    (found,) = without_runs(stores, [run(presses=200, alike=200, positives=200)], IDS).values()
    assert found.experience == stores[7].experience


def test_a_store_waits_until_its_runs_are_decided_though_no_figure_changes(shops):
    """Letting a run count writes no figure: what was kept of the chain must be judged anew all the same."""
    kiosks = [shops.kiosk(shops.store(f"S00{at}", "Store"), f"K-{at}") for at in range(1, 7)]
    for number, kiosk in enumerate(kiosks):
        for question in (SERVICE, EXPERIENCE):
            for back in range(1, 8):
                day = TODAY - timedelta(days=back)
                more = 100 if not number and question == EXPERIENCE else 0
                bands = {"afternoon_counted": 60, "afternoon_positive": 50}
                bands |= {"evening_counted": 40 + more, "evening_positive": 34 + more}
                shops.press(kiosk, day, question, 84 + more, 16, **bands)
    place = (kiosks[0].id, kiosks[0].placement_id, shops.questions[EXPERIENCE])
    with writing(shops.engine) as connection:
        for back in range(7):
            moments = (FROM_MS - back * DAY_MS, UNTIL_MS - back * DAY_MS)
            keep_review(connection, Found(*place, FRIDAY - back, "closing", "positive", *moments, 100, 100, 100, 0.4, 0.78, 1))

    def standing():
        with reading(shops.engine) as connection:
            chain = chain_of(connection, parse_period("7d", TODAY), current(connection), asked_questions(connection))
        return chain.standings.store(kiosks[0].store_id)

    assert (standing().waits, standing().experience.sure) == (True, False)
    with writing(shops.engine) as connection:
        for number in range(1, 8):
            save_decision(connection, number, KEPT, "office", UNTIL_MS, 100, 100, 100)
    assert (standing().waits, standing().experience.sure) == (False, True)
