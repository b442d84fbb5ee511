"""How sure we are is said from what was counted: each rule, what the indexes would be with all, what presses weigh."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shops import EXPERIENCE, SERVICE, TODAY

from server.comparison.periods import parse_period
from server.comparison.raw import Raw
from server.comparison.summary import store_summary
from server.database.engine import reading, writing
from server.i18n.translator import translator
from server.survey.definitions import declare
from server.web.sure_part import ShownSure

NOON_MS = 1_795_262_400_000


@pytest.fixture
def summary(shops):
    store = shops.store("S001", "Leeds")
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    for back in range(1, 8):
        # Every second day is a bad one.
        good = 45 if back % 2 else 25
        shops.press(kiosk, TODAY.fromordinal(TODAY.toordinal() - back), EXPERIENCE, good, 50 - good, uncertain=back == 1)
        shops.press(kiosk, TODAY.fromordinal(TODAY.toordinal() - back), SERVICE, 43, 7)

    def read(period="7d"):
        with reading(shops.engine) as connection:
            return store_summary(connection, store, parse_period(period, TODAY), NOON_MS)

    read.shops = shops
    return read


def test_days_that_differ_are_said_to_weigh_less(summary):
    found = summary()
    said = dict(ShownSure(found, translator("en")).rest)["sure.weight"]
    assert f"Experience: 350 presses tell as much as about {int(found.figures.experience.effective)}." in said
    assert found.figures.experience.effective < 200
    assert "Service: " not in said


def test_each_rule_says_what_it_set_aside_and_what_all_would_make(summary):
    raw = Raw((("repeat", 24), ("rush", 36)), 85.4, 62.1)
    found = replace(summary(), raw=raw)
    said = ShownSure(found, translator("en"))
    assert said.not_counted == (
        "Repeats within two seconds: 24. More presses in a row than shoppers could make: 36. "
        "They are set aside; none is deleted."
        " If all of them counted, service would be 85 and experience 62."
        " The time of 1 press is uncertain: it counts in the total, not by hour."
    )
    assert said.check  # experience moved from 73 to 62
    calm = replace(found, raw=Raw((), found.figures.service.value, found.figures.experience.value))
    assert not ShownSure(calm, translator("en")).check


def test_days_that_began_under_another_definition_say_so(summary):
    with writing(summary.shops.engine) as connection:
        declare(connection, NOON_MS - 3 * 86_400_000, "office", target_service=0.8, target_experience=0.7)
    said = dict(ShownSure(summary(), translator("en")).rest)["sure.words"]
    assert "When these days began, version 1 was in force. All of them are computed under version 2" in said


@pytest.mark.parametrize("language", ["pl", "it", "fa", "ar", "tr"])
def test_every_language_says_it(summary, language):
    rules = tuple((rule, 2) for rule in ("repeat", "mash", "rush", "out-of-hours", "closing-run"))
    found = replace(summary(), raw=Raw(rules, 80.0, 70.0), earlier_version=1)
    assert ShownSure(found, translator(language)).not_counted
