"""A store's figures as JSON, over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from server.access.people import Person
from server.access.scope import visible_store
from server.comparison.periods import local_today, parse_period
from server.comparison.summary import store_summary
from server.database.engine import reading, writing
from server.database.tables import days
from server.export.json_parts import rounded
from server.export.summary import summary_json

if TYPE_CHECKING:
    from flask.testing import FlaskClient

OFFICE = Person(1, "office@chain.example", "head-office", "")
NOON_MS = 1_795_262_400_000
SATURDAY = 739_941


def add_day(chain: Any, kiosk: int, question: str, positive: int, negative: int, *, back: int = 1) -> None:
    with writing(chain.engine) as connection:
        connection.execute(
            days.insert().values(
                kiosk_id=kiosk,
                placement_id=chain.placements[kiosk],
                local_day=SATURDAY - back,
                question_id=chain.question_ids[question],
                faces=2,
                positive=positive,
                negative=negative,
                clusters=positive + negative,
                sum_xx=positive,
                sum_xn=positive,
                sum_nn=positive + negative,
                marked=3,
            )
        )


def test_the_json_says_what_the_pages_result_says(chain: Any, client: FlaskClient) -> None:
    add_day(chain, 1, "felt-welcome", 61, 39)
    add_day(chain, 1, "got-needed", 86, 14)
    add_day(chain, 1, "felt-welcome", 5, 2, back=0)
    answer = client.get("/api/v1/stores/S001/summary", query_string={"period": "7d"}, headers=chain.token())
    assert answer.status_code == 200
    with reading(chain.engine) as connection:
        store = visible_store(connection, OFFICE, "S001")
        period = parse_period("7d", local_today(store.timezone, NOON_MS))
        whole = store_summary(connection, store, period, NOON_MS)
    assert answer.json == json.loads(json.dumps(summary_json(whole)))
    assert answer.json is not None
    assert answer.json["store"] == {"code": "S001", "name": "@home", "region": "-20% Outlet", "timezone": "Europe/Warsaw"}
    assert (answer.json["service"]["value"], answer.json["experience"]["value"]) == (86.0, 61.0)
    assert answer.json["gap"]["points"] == -25.0
    assert (answer.json["reactions"], answer.json["counted"], answer.json["marked"]) == (206, 200, 6)
    today = answer.json["today"]
    assert {name: today[name] for name in ("service", "experience", "other", "marked", "uncertain", "reactions")} == {
        "service": 0,
        "experience": 7,
        "other": 0,
        "marked": 3,
        "uncertain": 0,
        "reactions": 10,
    }
    sides = {"service_side": "open", "experience_side": "open"}
    uncut = {"service": None, "experience": None, "declared": False, "probability": 0.0, "clear": False}
    assert answer.json["strong"] == uncut | sides
    assert answer.json["period"] == {"name": "7d", "from": "2026-11-14", "to": "2026-11-21", "running": False}


def test_a_store_without_presses_has_no_numbers_rather_than_zero(chain: Any, client: FlaskClient) -> None:
    answer = client.get("/api/v1/stores/S002/summary", headers=chain.token("S002"))
    assert answer.json is not None
    nothing = {"value": None, "low": None, "high": None, "positive": 0, "total": 0, "effective": 0.0, "withheld": "none"}
    assert answer.json["service"] == nothing
    assert answer.json["today"]["kiosks"][0]["kiosk"] == "K-002"


@pytest.mark.parametrize("code", ["S001", "S999"])
def test_another_store_is_not_there(chain: Any, client: FlaskClient, code: str) -> None:
    answer = client.get(f"/api/v1/stores/{code}/summary", headers=chain.token("S002"))
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert client.get(f"/api/v1/stores/{code}/summary").status_code == 401


def test_a_wrong_period_is_refused(chain: Any, client: FlaskClient) -> None:
    answer = client.get("/api/v1/stores/S001/summary", query_string={"period": "soon"}, headers=chain.token())
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["parameter"] == "period"


def test_rounding_is_to_one_decimal_and_never_a_negative_nothing() -> None:
    assert [rounded(value) for value in (None, 85.04, 85.06, -0.01)] == [None, 85.0, 85.1, 0.0]
    assert str(rounded(-0.01)) == "0.0"
