"""A place is named only where the store itself surely differs, and only beyond chance."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.furthest import furthest
from server.comparison.periods import parse_period
from server.comparison.summary import store_summary
from server.database.engine import reading

NOON_MS = 1_795_262_400_000


@pytest.fixture
def chain(shops):
    """Four stores alike, and a first one whose exit may differ."""
    others = [shops.store(f"S00{n}", "York") for n in (2, 3, 4, 5)]
    own = shops.store("S001", "Leeds")

    def made(exit_share: int, checkout_share: int):
        for number, store in enumerate([own, *others]):
            kiosks = [shops.kiosk(store, f"K-{number}{place}", place) for place in ("exit", "checkout")]
            shares = (exit_share, checkout_share) if store is own else (70, 70)
            for back in range(1, 8):
                for kiosk, share in zip(kiosks, shares, strict=True):
                    # Days differ a little, as days do.
                    lean = back % 3 - 1
                    shops.press(kiosk, TODAY - timedelta(days=back), EXPERIENCE, share // 2 + lean, 50 - share // 2 - lean)
                    shops.press(kiosk, TODAY - timedelta(days=back), SERVICE, 43 + lean, 7 - lean)
        with reading(shops.engine) as connection:
            return store_summary(connection, own, parse_period("7d", TODAY), NOON_MS)

    return made


def test_the_place_furthest_below_is_named(chain):
    (far,) = furthest(chain(30, 60))
    assert (far.place.touchpoint, far.place.signal) == ("exit", "experience")
    assert far.away.points == pytest.approx(-40, abs=1)


def test_a_store_that_is_like_the_others_has_no_place_named(chain):
    assert furthest(chain(70, 70)) == []
