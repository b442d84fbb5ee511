"""Page, JSON and CSV agree to the last press, over the made-up weeks: each figure is counted again from reactions.csv."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from made_weeks import made_weeks
from sqlalchemy import select

from demo.chain import STORES
from server.comparison.skills import CARING, RESOLVING
from server.database.engine import reading
from server.database.tables import questions
from server.survey.definitions import current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from made_weeks import Weeks

DAYS = 15
NOON_MS = 1_795_262_400_000
CODES = ("S001", "S002", "S008", "S012")
Row = dict[str, str]


class Told(NamedTuple):
    """The made-up chain: its clients for people and programs, and every reaction by store."""

    office: FlaskClient
    program: FlaskClient
    token: str
    rows: dict[str, list[Row]]
    service: tuple[str, ...]
    experience: tuple[str, ...]
    facets: dict[str, set[str]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    with made_weeks(tmp_path_factory.mktemp("told"), NOON_MS, DAYS) as weeks:
        yield read(weeks)


def read(weeks: Weeks) -> Told:
    office, people, program = weeks.office, weeks.people, weeks.app.test_client()
    with reading(weeks.engine) as connection:
        definition = current(connection)
        rows = connection.execute(select(questions.c.code, questions.c.facets)).all()
    facets = {code: set(json.loads(names)) for code, names in rows}
    text = program.get("/api/v1/export/reactions.csv", headers=bearer(people.token)).get_data(as_text=True)
    by_store: dict[str, list[Row]] = {store.code: [] for store in STORES}
    for row in csv.DictReader(io.StringIO(text)):
        by_store[row["store"]].append(row)
    return Told(office, program, people.token, by_store, definition.service, definition.experience, facets)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def summary(told: Told, code: str, **query: str) -> dict[str, Any]:
    answer = told.program.get(f"/api/v1/stores/{code}/summary", query_string=query, headers=bearer(told.token))
    assert answer.status_code == 200
    assert answer.json is not None
    return answer.json


def day(row: Row) -> date:
    return datetime.fromisoformat(row["local_time"]).date()


def of_days(rows: list[Row], first: str, end: str) -> list[Row]:
    return [row for row in rows if date.fromisoformat(first) <= day(row) < date.fromisoformat(end)]


def counted(rows: list[Row], codes: Any) -> Counter[str]:
    return Counter(row["polarity"] for row in rows if row["counted"] == "1" and row["question"] in codes)


def pair(rows: list[Row], codes: Any) -> tuple[int, int]:
    found = counted(rows, codes)
    return found["positive"], found.total()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("period", ["7d", "4w", "2026-11-10..2026-11-13"])
def test_the_figures_are_those_counted_from_the_reactions(told: Told, code: str, period: str) -> None:
    found = summary(told, code, period=period)
    rows = of_days(told.rows[code], found["period"]["from"], found["period"]["to"])
    for signal, codes in (("service", told.service), ("experience", told.experience)):
        assert (found[signal]["positive"], found[signal]["total"]) == pair(rows, codes)
    assert found["counted"] == sum(row["counted"] == "1" for row in rows)
    assert found["reactions"] == len(rows)
    assert found["marked"] == len(rows) - found["counted"] == sum(found["raw"]["set_aside"].values())


@pytest.mark.parametrize("code", CODES)
def test_each_day_place_and_hour_is_counted_from_the_reactions(told: Told, code: str) -> None:
    found = summary(told, code)
    for one in found["days"]:
        rows = [row for row in told.rows[code] if day(row).isoformat() == one["day"]]
        assert (one["service"]["positive"], one["service"]["total"]) == pair(rows, told.service)
        assert one["reactions"] == len(rows)
    rows = of_days(told.rows[code], found["period"]["from"], found["period"]["to"])
    for place in found["places"]:
        own = [row for row in rows if row["touchpoint"] == place["touchpoint"]]
        assert (place["index"]["positive"], place["index"]["total"]) == pair(own, {place["question"]})
    hours = found["hours"]
    cells: Counter[tuple[int, int]] = Counter()
    unhappy: Counter[tuple[int, int]] = Counter()
    for row in of_days(told.rows[code], hours["from"], hours["to"]):
        if row["counted"] == "1" and row["question"] in told.experience:
            at = datetime.fromisoformat(row["local_time"])
            cells[at.isoweekday(), at.hour] += 1
            unhappy[at.isoweekday(), at.hour] += row["polarity"] == "negative"
    assert {(cell["weekday"], cell["hour"]): cell["total"] for cell in hours["cells"]} == dict(cells)
    assert {(cell["weekday"], cell["hour"]): cell["negative"] for cell in hours["cells"]} == dict(unhappy)


@pytest.mark.parametrize("code", CODES)
def test_skills_raw_figures_and_the_lens_are_counted_from_the_reactions(told: Told, code: str) -> None:
    found = summary(told, code, period="7d")
    skills = found["skills"]
    rows = of_days(told.rows[code], skills["from"], skills["to"])
    for name, family in (("caring", CARING), ("resolving", RESOLVING)):
        asked = {question for question, facets in told.facets.items() if facets.intersection(family)}
        assert (skills[name]["together"]["positive"], skills[name]["together"]["total"]) == pair(rows, asked)
        for facet in skills[name]["facets"]:
            asked = {question for question, facets in told.facets.items() if facet["facet"] in facets}
            assert (facet["positive"], facet["total"]) == pair(rows, asked)
    rows = of_days(told.rows[code], found["period"]["from"], found["period"]["to"])
    for signal, codes in (("service", told.service), ("experience", told.experience)):
        own = [row["polarity"] == "positive" for row in rows if row["question"] in codes]
        if found["raw"][signal] is not None:
            assert found["raw"][signal] == pytest.approx(100 * sum(own) / len(own), abs=0.051)
    place = found["places"][0]
    alone = summary(told, code, touchpoint=place["touchpoint"], question=place["question"])
    inside = [
        row for row in told.rows[code] if (row["touchpoint"], row["question"]) == (place["touchpoint"], place["question"])
    ]
    for one in alone["days"]:
        assert one["reactions"] == sum(day(row).isoformat() == one["day"] for row in inside)
    assert alone["service"] == found["service"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("period", ["today", "7d"])
def test_the_page_carries_the_same_numbers_as_the_json_and_the_csv(told: Told, code: str, period: str) -> None:
    page = told.office.get(f"/stores/{code}", query_string={"period": period, "lang": "en"}).get_data(as_text=True)
    found = summary(told, code, period=period)
    figures = {name: values for name, *values in re.findall(FIGURE, page)}
    for name, index in (("service-index", found["service"]), ("experience-index", found["experience"])):
        said = ["" if index[key] is None else f"{index[key]:.1f}" for key in ("value", "low", "high")]
        assert figures[name] == [*said, str(index["total"])]
    assert figures["reactions"][3] == str(found["reactions"])
    assert figures["counted"][3] == str(found["counted"])
    text = told.program.get(f"/api/v1/export/stores.csv?period={period}", headers=bearer(told.token)).get_data(as_text=True)
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["store"] == code]
    assert [row["raw_total"], row["counted_total"]] == [str(found["reactions"]), str(found["counted"])]
    for signal in ("service", "experience"):
        assert row[f"{signal}_positive"] == str(found[signal]["positive"])
        assert row[f"{signal}_index"] == ("" if found[signal]["value"] is None else f"{found[signal]['value']:.1f}")


FIGURE = r'data-figure="([a-z-]+)" data-value="([^"]*)" data-low="([^"]*)" data-high="([^"]*)" data-count="([^"]*)"'


def test_late_presses_are_told_for_a_week_and_are_those_of_the_kiosk(told: Told) -> None:
    (late,) = summary(told, "S005")["today"]["late"]
    zone = ZoneInfo("Europe/Istanbul")
    own = [
        row
        for row in told.rows["S005"]
        if row["kiosk"] == late["kiosk"]
        and (datetime.fromisoformat(row["received_at"]).astimezone(zone).date() - day(row)) >= timedelta(days=2)
    ]
    assert late["presses"] == len(own) > 50
    assert (late["from"], late["to"]) == (
        min(map(day, own)).isoformat(),
        (max(map(day, own)) + timedelta(days=1)).isoformat(),
    )
