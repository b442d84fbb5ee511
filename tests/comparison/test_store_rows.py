"""Rows of some stores are what the same stores have when all are read."""

from __future__ import annotations

from datetime import timedelta

from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.store_rows import Asking, presses_of, read_rows
from server.database.engine import reading

YESTERDAY = TODAY - timedelta(days=1)


def test_some_stores_are_read_as_all_are_and_others_not_at_all(shops):
    kiosks = [shops.kiosk(shops.store(f"S00{at}", "Store"), f"K-{at}") for at in range(3)]
    for at, kiosk in enumerate(kiosks[:2]):
        shops.press(kiosk, YESTERDAY, SERVICE, 40 + at, 10, morning_counted=20, morning_positive=15)
        shops.press(kiosk, YESTERDAY, EXPERIENCE, 30, 20 + at, neutral=1)
        shops.visits(kiosk, YESTERDAY, 5, 4, 3, 2 + at)
    ids = [frozenset({shops.questions[question]}) for question in (SERVICE, EXPERIENCE)]
    asking = Asking(TODAY.toordinal() - 30, TODAY.toordinal(), *ids, compared=True)
    with reading(shops.engine) as connection:
        every = read_rows(connection, asking)
        some = read_rows(connection, asking, [kiosks[1].store_id, kiosks[2].store_id])
    assert sorted(every) == [kiosk.store_id for kiosk in kiosks[:2]]
    assert some == {kiosks[1].store_id: every[kiosks[1].store_id]}
    own = some[kiosks[1].store_id]
    assert sorted(presses_of(count) for count in own.counts) == [51, 52]
    assert own.counted.visits == (5, 4, 3, 3)
    assert (own.counted.service.positive, own.counted.experience.total) == (41, 52)
    assert sum(n for _, n in own.counted.service_strata) == 20
    assert own.counted.service_days.clusters == 1
