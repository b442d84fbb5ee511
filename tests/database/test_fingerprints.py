"""A store's fingerprint stays while the roll-ups of its days stay, and only then, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shops import EXPERIENCE, SERVICE, TODAY, Shops
from sqlalchemy import select, update

from server.analysis.tallies import DAY_COLUMNS
from server.database.codes import ASIDE
from server.database.engine import reading, writing
from server.database.fingerprints import fingerprints
from server.database.rollups import add_figures
from server.database.tables import stores, visit_days

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def shops(engine):
    return Shops(engine)


def read(shops):
    with reading(shops.engine) as connection:
        return fingerprints(connection, TODAY.toordinal() - 7, TODAY.toordinal())


def add(shops, kiosk, day, change, table="days"):
    """As every sync, revision and repair adds to a row."""
    service, experience = shops.questions[SERVICE], shops.questions[EXPERIENCE]
    asked = {"days": (service, 2), "visit_days": (service, experience, 2), "set_aside": (service, ASIDE["rush"])}
    key = (kiosk.placement_id, day.toordinal(), *asked[table])
    with writing(shops.engine) as connection:
        add_figures(connection, kiosk.id, table, {key: change})


def test_presses_of_other_days_leave_it_and_each_change_of_these_moves_it(shops):
    one = shops.kiosk(shops.store("S001", "Leeds"), "K-1")
    seen = [read(shops)]
    shops.press(one, YESTERDAY, SERVICE, 30, 10)
    seen.append(read(shops))
    add(shops, one, TODAY, [1] * DAY_COLUMNS)
    add(shops, one, TODAY - timedelta(days=8), [1] * DAY_COLUMNS)
    assert read(shops) == seen[-1]
    # Back and forth: the figures are what they were, but nobody needs to know that.
    for change in ([1, 0, -1], [-1, 0, 1], [0, 0, 0, 1]):
        add(shops, one, YESTERDAY, change + [0] * (DAY_COLUMNS - len(change)))
        seen.append(read(shops))
    for change in ([1, 0, 0, 0], [0, 0, 1, -1]):
        add(shops, one, YESTERDAY, change, "visit_days")
        seen.append(read(shops))
    for change in ([0, 0, 5], [0, 0, -2]):  # by another rule than before: the day's row does not change
        add(shops, one, YESTERDAY, change, "set_aside")
        seen.append(read(shops))
    with writing(shops.engine) as connection:
        connection.execute(update(stores).where(stores.c.id == one.store_id).values(territory="IR"))
    seen.append(read(shops))
    assert all(one != other for at, one in enumerate(seen) for other in seen[:at])


def test_a_change_moves_its_own_store_alone(shops):
    one, other = (shops.kiosk(shops.store(f"S00{number}", "Store"), f"K-{number}") for number in (1, 2))
    for kiosk in (one, other):
        shops.press(kiosk, YESTERDAY, SERVICE, 30, 10)
    before = read(shops)
    add(shops, one, YESTERDAY, [1] + [0] * (DAY_COLUMNS - 1))
    after = read(shops)
    assert [store for store in after if after[store] != before[store]] == [one.store_id]
    assert list(after) == sorted(after)


def test_a_change_of_nothing_writes_nothing(shops):
    one = shops.kiosk(shops.store("S001", "Leeds"), "K-1")
    add(shops, one, YESTERDAY, [1] * DAY_COLUMNS)
    before = read(shops)
    add(shops, one, YESTERDAY, [0] * DAY_COLUMNS)
    assert read(shops) == before


@pytest.fixture
def pair(engine):
    shops = Shops(engine)
    return shops, [shops.kiosk(shops.store(f"S00{at}", "Store"), f"K-{at}") for at in range(2)]


adding = st.tuples(st.integers(0, 1), st.integers(1, 7), st.lists(st.integers(-3, 3), min_size=4, max_size=4))


@given(found=st.lists(adding, max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_moves_when_rows_change_whatever_is_added_where_and_only_then(pair, found):
    shops, kiosks = pair
    for at, back, change in found:
        before, held = read(shops), _held(shops)
        add(shops, kiosks[at], TODAY - timedelta(days=back), change, "visit_days")
        assert (read(shops) == before) == (_held(shops) == held)


def _held(shops):
    names = ("kiosk_id", "local_day", "both", "service_only", "experience_only", "neither")
    with reading(shops.engine) as connection:
        return sorted(connection.execute(select(*(visit_days.c[name] for name in names))).all())
