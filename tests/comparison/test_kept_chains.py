"""A chain that was counted is kept as long as nothing under it changes, and not a press longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shops import EXPERIENCE, SERVICE, TODAY
from sqlalchemy import update

from server.comparison.chain import Chain
from server.comparison.kept_chains import chain_of
from server.comparison.periods import parse_period
from server.comparison.shelf import MOST_KEPT
from server.database.codes import ASIDE
from server.database.engine import make_engine, reading, writing
from server.database.figures import asked_questions
from server.database.rollups import add_figures
from server.database.tables import life
from server.survey.definitions import current, declare

YESTERDAY = TODAY - timedelta(days=1)


def read(shops, period="7d"):
    with reading(shops.engine) as connection:
        return chain_of(connection, parse_period(period, TODAY), current(connection), asked_questions(connection))


@pytest.fixture
def chain_kiosks(shops):
    return [shops.kiosk(shops.store(f"C00{at}", "Store"), f"C-{at}") for at in range(4)]


@pytest.fixture
def kiosk(shops):
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-1")
    shops.press(kiosk, YESTERDAY, SERVICE, 40, 10)
    return kiosk


def test_presses_of_today_do_not_have_the_full_days_counted_anew(shops, kiosk):
    first = read(shops)
    shops.press(kiosk, TODAY, SERVICE, 5, 5)
    assert read(shops) is first


def test_a_late_press_of_a_full_day_does(shops, kiosk):
    first = read(shops)
    shops.press(kiosk, YESTERDAY, EXPERIENCE, 1, 0)
    assert read(shops) is not first
    assert read(shops).tallies[kiosk.store_id][1].total == 1


def test_a_late_press_has_its_own_store_alone_counted_anew_and_all_compared_again(shops, kiosk):
    others = [shops.kiosk(shops.store(f"S00{at}", "Store"), f"K-{at}") for at in range(2, 7)]
    for other in others:
        shops.press(other, YESTERDAY, SERVICE, 80, 20)
        shops.press(other, YESTERDAY, EXPERIENCE, 70, 30)
    first = read(shops)
    shops.press(kiosk, YESTERDAY, EXPERIENCE, 5, 60)
    after = read(shops)
    assert [after.counts[other.store_id] is first.counts[other.store_id] for other in others] == [True] * len(others)
    assert after.counts[kiosk.store_id] != first.counts[kiosk.store_id]
    with reading(shops.engine) as connection:
        anew = Chain(connection, after.period, after.definition, asked_questions(connection))
    assert (after.tallies, after.visits, after.standings) == (anew.tallies, anew.visits, anew.standings)


late = st.tuples(st.integers(0, 3), st.integers(-1, 8), st.sampled_from(("days", "visit_days", "set_aside")), st.integers(1, 9))


@given(presses=st.lists(late, max_size=12), looks=st.integers(1, 3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_in_from_wherever_a_kept_chain_is_what_counting_all_anew_gives(shops, chain_kiosks, presses, looks):
    there = make_engine(str(shops.engine.url))  # as another process writes
    for number, (at, back, table, more) in enumerate(presses):
        kiosk, (one, other) = chain_kiosks[at], (shops.questions[SERVICE], shops.questions[EXPERIENCE])
        about = {"days": ((other if more % 2 else one), 2), "visit_days": (one, other, 2), "set_aside": (one, ASIDE["rush"])}
        counts = {"days": [more, 0, more % 3, 0, 0, more, 1, 1, 1, *[0] * 6], "visit_days": [more, 1, 0, 1]}
        key, change = (kiosk.placement_id, TODAY.toordinal() - back, *about[table]), counts.get(table, [20 * more, 0, 1])
        with writing(there) as connection:
            add_figures(connection, kiosk.id, table, {key: change})
        if number % looks == 0:
            found = read(shops)
            with reading(shops.engine) as connection:
                anew = Chain(connection, found.period, found.definition, asked_questions(connection))
            assert (found._rows, found.standings) == (anew._rows, anew.standings)
    there.dispose()


def test_a_database_that_was_begun_anew_shares_nothing(shops, kiosk):
    first = read(shops)
    with writing(shops.engine) as connection:
        connection.execute(update(life).values(epoch="restored"))
    assert read(shops) is not first


def test_another_definition_or_period_is_another_chain(shops, kiosk):
    first = read(shops)
    assert read(shops, "4w") is not first
    with writing(shops.engine) as connection:
        declare(connection, 2_000_000_000_000, "test", target_service=0.8)
    assert read(shops) is not first


def test_what_runs_is_counted_each_time(shops, kiosk):
    assert read(shops, "today") is not read(shops, "today")


def test_only_the_last_ones_are_kept(shops, kiosk):
    first = read(shops)
    for back in range(1, MOST_KEPT + 1):
        read(shops, f"2026-11-01..2026-11-{back + 1:02}")
    assert read(shops) is not first


def test_figures_of_a_kept_chain_are_of_the_store_that_is_asked_for(shops, kiosk):
    store = shops.store("S002", "York")
    chain = read(shops)
    assert chain.figures(store).reactions == 0
    assert chain.figures(store._replace(name="New York")).store.name == "New York"
