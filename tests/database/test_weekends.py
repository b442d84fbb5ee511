"""It is weekend on the days on which it is weekend there."""

from __future__ import annotations

import pytest
from babel import Locale
from shops import Shops

from server.database.engine import reading
from server.database.weekends import WEEKENDS, weekends_here

NAMED = sorted({territory for weekend in WEEKENDS for territory in weekend.territories})
LANGUAGES = {"IL": "he", "IN": "hi", "IR": "fa", "AF": "fa", "UG": "en"}


def weekend_of(territory: str) -> tuple[int, ...]:
    (found,) = [one.weekdays for one in WEEKENDS if territory in one.territories] or [WEEKENDS[-1].weekdays]
    return found


@pytest.mark.parametrize("territory", [*NAMED, "GB", "PL", "TR", "AE", "MA", "TN"])
def test_weekends_are_those_of_the_unicode_cldr(territory):
    languages = {"GB": "en", "PL": "pl", "TR": "tr"} | LANGUAGES
    locale = Locale(languages.get(territory, "ar"), territory)
    assert weekend_of(territory) == tuple(range(locale.weekend_start, locale.weekend_end + 1))


def test_where_nothing_is_known_it_is_saturday_and_sunday():
    assert (WEEKENDS[-1].territories, WEEKENDS[-1].weekdays) == ((), (5, 6))


def test_no_territory_is_named_twice():
    assert len(NAMED) == sum(len(weekend.territories) for weekend in WEEKENDS)


def test_a_chain_is_asked_about_its_own_weekends_and_the_usual_one_alone(engine):
    shops = Shops(engine)
    for at, territory in enumerate(("GB", "IR", "KW", "EG")):
        shops.store(f"S00{at}", "Store", territory=territory)
    with reading(shops.engine) as connection:
        assert weekends_here(connection) == (WEEKENDS[0], WEEKENDS[2], WEEKENDS[-1])
