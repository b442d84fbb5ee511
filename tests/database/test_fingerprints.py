"""A fingerprint stays while the roll-ups of its days stay, and only then, on either database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops
from sqlalchemy import update

from server.database.engine import reading, writing
from server.database.fingerprints import fingerprint
from server.database.tables import days, stores, visit_days

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def shops(engine):
    return Shops(engine)


def read(shops):
    with reading(shops.engine) as connection:
        return fingerprint(connection, TODAY.toordinal() - 7, TODAY.toordinal())


def test_presses_of_other_days_leave_it_and_each_change_below_moves_it(shops):
    one, other = (shops.kiosk(shops.store(f"S00{number}", "Store"), f"K-{number}") for number in (1, 2))
    empty = read(shops)
    shops.press(one, YESTERDAY, SERVICE, 30, 10, morning_counted=20)
    seen = [empty, read(shops)]
    shops.press(one, TODAY, SERVICE, 99, 1)
    shops.press(one, TODAY - timedelta(days=8), SERVICE, 99, 1)
    assert read(shops) == seen[-1]

    def change(statement) -> None:
        with writing(shops.engine) as connection:
            connection.execute(statement)
        seen.append(read(shops))

    shops.press(other, YESTERDAY, EXPERIENCE, 5, 5)
    seen.append(read(shops))
    shops.visits(one, YESTERDAY, 4, 3, 2, 1)
    seen.append(read(shops))
    of_one = days.c.kiosk_id == one.id
    closed = (of_one, days.c.local_day == YESTERDAY.toordinal())
    change(update(days).where(*closed).values(positive=29, negative=11))
    change(update(days).where(*closed).values(positive=28, negative=11, marked=1))
    change(update(days).where(*closed).values(morning_counted=19, evening_counted=1))
    change(update(days).where(*closed).values(local_day=YESTERDAY.toordinal() - 1))
    change(update(visit_days).values(both=3, neither=2))
    change(update(stores).where(stores.c.id == one.store_id).values(territory="IR"))
    assert len(set(seen)) == len(seen)


def test_years_of_a_large_chain_fit_into_a_number(shops):
    kiosk = shops.kiosk(shops.store("S001", "Leeds"), "K-1")
    shops.press(kiosk, YESTERDAY, SERVICE, 10**6, 10**6, sum_nn=2 * 10**9)
    assert all(abs(number) < 2**63 / 10**4 for number in read(shops)[:-1])
