"""Every name in a store's JSON is documented, and its parts say what the page's result says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from shops import EXPERIENCE, SERVICE, TODAY, Shops

from server.comparison.periods import parse_period
from server.comparison.summary import store_summary
from server.database.changes import note_change
from server.database.engine import reading, writing
from server.export.summary import summary_json
from server.export.summary_parts import hours_json, line_json, skills_json

NOON_MS = 1_795_262_400_000
DOCUMENTED = (Path(__file__).parents[2] / "docs" / "exports.md").read_text().split("## A store's figures as JSON")[1]


@pytest.fixture
def summary(engine):
    shops = Shops(engine)
    store = shops.store("S001", "Leeds")
    kiosk = shops.kiosk(store, "K-001", heard_ms=NOON_MS)
    for back in range(1, 29):
        day = TODAY - timedelta(days=back)
        shops.press(kiosk, day, EXPERIENCE, 30 if back > 10 else 15, 10 if back > 10 else 25)
        shops.press(kiosk, day, SERVICE, 36, 4)
        shops.hour(kiosk, day, 14, EXPERIENCE, 30 if back > 10 else 15, 10 if back > 10 else 25)
    with writing(engine) as connection:
        note_change(connection, store.id, (TODAY - timedelta(days=10)).toordinal(), "New rota", 1, "a@b.example")
    with reading(engine) as connection:
        return store_summary(connection, store, parse_period("7d", TODAY), NOON_MS)


def test_every_name_is_documented(summary):
    for name in summary_json(summary):
        if name != "made_up":
            assert f"`{name}`" in DOCUMENTED, name


def test_the_line_tells_changes_levels_and_steps_and_not_who_noted_them(summary):
    found = line_json(summary.line)
    assert found["changes"] == [{"day": "2026-11-11", "kind": "noted", "words": "New rota", "touchpoint": ""}]
    assert [(one["signal"], one["from"], one["to"], one["index"]["value"]) for one in found["levels"]] == [
        ("service", "2026-09-26", "2026-11-11", 90.0),
        ("service", "2026-11-11", "2026-11-21", 90.0),
        ("experience", "2026-09-26", "2026-11-11", 75.0),
        ("experience", "2026-11-11", "2026-11-21", 37.5),
    ]
    assert [(step["signal"], step["moved"]["points"]) for step in found["steps"]] == [("service", 0.0), ("experience", -37.5)]
    assert "a@b.example" not in str(summary_json(summary))


def test_hours_and_skills_are_rounded_as_pages_round_them(summary):
    hours = hours_json(summary.hours)
    assert {cell["weekday"] for cell in hours["cells"]} == set(range(1, 8))
    assert all(cell["hour"] == 14 and cell["total"] == 160 for cell in hours["cells"])
    assert hours["usual"] == 38.4
    skills = skills_json(summary.skills)
    assert (skills["from"], skills["to"], skills["in_both"]) == ("2026-10-24", "2026-11-21", 0)
    caring = {facet["facet"]: facet for facet in skills["caring"]["facets"]}
    assert caring["empathy"]["total"] == 28 * 40
    assert not caring["listening"]["asked"]
