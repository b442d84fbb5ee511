"""A child presses thirty times in two and a half minutes: the shown index hardly moves, and visitors go on counting.

tests/support/child.py is the simulation; docs/misuse.md tells of it and of what it finds over many more days.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from child import CHILDREN, Shop, a_day, two_shops

if TYPE_CHECKING:
    from conftest import FakeClock
    from flask.testing import FlaskClient
    from sqlalchemy import Engine


@pytest.fixture
def shops(engine: Engine, client: FlaskClient, clock: FakeClock) -> tuple[Shop, Shop]:
    return two_shops(engine, client, clock)


@pytest.mark.parametrize("kind", CHILDREN)
def test_on_a_day_of_two_thousand_the_index_moves_less_than_a_point_and_visitors_count(
    shops: tuple[Shop, Shop], kind: str
) -> None:
    chance = random.Random(f"two thousand, {kind}")
    found = [a_day(shops, chance, 2_000, 6, kind) for _ in range(3)]
    assert max(day.moved for day in found) < 1
    assert sum(day.set_aside for day in found) < 0.02 * 2_000 * len(found)
    assert sum(day.marked_alone for day in found) < 0.005 * 2_000 * len(found)


@pytest.mark.parametrize("kind", CHILDREN)
def test_on_a_day_of_two_hundred_it_moves_less_than_a_point_or_the_page_says_check_this_kiosk(
    shops: tuple[Shop, Shop], kind: str
) -> None:
    chance = random.Random(f"two hundred, {kind}")
    found = [a_day(shops, chance, 200, 200 / 600, kind) for _ in range(20)]
    # One visitor is a point here: what moves it then is not the child but the few visitors who stood between its presses.
    assert [day.moved for day in found if day.moved >= 1 and not day.check_this_kiosk] == []
    assert max(day.moved for day in found) < 2
    assert sum(day.set_aside for day in found) < 0.02 * 200 * len(found)
    assert sum(day.marked_alone for day in found) == 0


def test_on_a_day_of_four_hundred_the_page_says_so_though_less_than_a_tenth_is_set_aside(shops: tuple[Shop, Shop]) -> None:
    chance = random.Random("four hundred")
    found = [a_day(shops, chance, 400, 400 / 600, "everywhere") for _ in range(10)]
    assert [day.moved for day in found if day.moved >= 1 and not day.check_this_kiosk] == []
    # By a tenth alone it would be one day in six.
    assert sum(day.check_this_kiosk for day in found) >= 9
    assert sum(day.set_aside for day in found) < 0.02 * 400 * len(found)
    assert sum(day.marked_alone for day in found) == 0
