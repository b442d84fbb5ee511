"""Employees' presses are in no export and no JSON, unless the token was made for them."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from server.access.tokens import add_token
from server.database.codes import ANSWERS
from server.database.engine import writing
from server.database.placements import ButtonRow, add_config
from server.database.questions import install_answers
from server.database.revisions import COUNTED, Revision, add_revisions
from server.database.tables import days, hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient
    from sqlalchemy import Engine

NOON_MS = 1_795_262_400_000
REACTIONS, HOURLY, STORES = (f"/api/v1/export/{name}.csv" for name in ("reactions", "hourly", "stores"))
EMPLOYEES = "/api/v1/stores/S001/employees"
HELD = [5, 6, True, "boot", "happy", 7, 2, "vote"]


def bearer(engine: Engine, *, employees: bool) -> dict[str, str]:
    with writing(engine) as connection:
        return {"Authorization": f"Bearer {add_token(connection, 'a program', None, 90, NOON_MS, employees=employees)}"}


@pytest.fixture
def staff(chain: Any) -> Any:
    """Kiosk 1 asks employees under its configuration 7; a customer pressed before and after."""
    question = chain.question_ids["staff-mattered"]
    with writing(chain.engine) as connection:
        install_answers(connection)
        button = ButtonRow("happy", question, ANSWERS["happy"][0], 2)
        add_config(connection, 1, 7, chain.placements[1], "{}", [button], NOON_MS)
    chain.press(2)
    chain.press(1, count=3, question_id=question, config_version=7)
    chain.held(1, "quota", HELD)
    chain.held(1, "opaque", b"?")
    chain.press(2)
    return chain


def test_without_the_scope_no_row_is_an_employees_and_the_cursor_goes_on_behind_them(
    staff: Any, client: FlaskClient, parsed: Callable[[bytes], Any]
) -> None:
    token = bearer(staff.engine, employees=False)
    answer = client.get(REACTIONS, headers=token)
    assert [(row["position"], row["dimension"]) for row in parsed(answer.data)] == [("1", "CX"), ("5", "CX")]
    cursor = answer.headers["Salve-Cursor"]
    assert cursor == f"{staff.epoch()}.5"
    staff.press(1, question_id=staff.question_ids["staff-mattered"], config_version=7)
    nothing = client.get(REACTIONS, query_string={"after": cursor}, headers=token)
    assert (parsed(nothing.data), nothing.headers["Salve-Cursor"]) == ([], f"{staff.epoch()}.6")
    staff.press(2)
    new = client.get(REACTIONS, query_string={"after": nothing.headers["Salve-Cursor"]}, headers=token)
    assert [row["position"] for row in parsed(new.data)] == ["7"]


def test_with_the_scope_every_row_is_there(staff: Any, client: FlaskClient, parsed: Callable[[bytes], Any]) -> None:
    rows = parsed(client.get(REACTIONS, headers=bearer(staff.engine, employees=True)).data)
    assert [row["dimension"] for row in rows] == ["CX", "EX", "EX", "EX", "", "", "CX"]
    assert [row["reason"] for row in rows][4:6] == ["quota", "opaque"]


def test_what_a_customers_kiosk_holds_stays_visible(chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]) -> None:
    chain.held(1, "quota", HELD)
    rows = parsed(client.get(REACTIONS, headers=bearer(chain.engine, employees=False)).data)
    assert [row["reason"] for row in rows] == ["quota"]


def test_hours_of_employees_need_the_scope(chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]) -> None:
    at = {"kiosk_id": 1, "placement_id": chain.placements[1], "local_day": 739_941, "faces": 2, "hour": 9, "positive": 12}
    with writing(chain.engine) as connection:
        connection.execute(insert(hours).values(question_id=chain.question_ids["staff-mattered"], **at))
        connection.execute(insert(hours).values(question_id=chain.question_ids["felt-welcome"], **at))
    found = [
        [row["question"] for row in parsed(client.get(HOURLY, headers=bearer(chain.engine, employees=employees)).data)]
        for employees in (False, True)
    ]
    assert found == [["felt-welcome"], ["felt-welcome", "staff-mattered"]]


def test_stores_figures_never_hold_an_employees_press(chain: Any, client: FlaskClient, parsed: Callable[[bytes], Any]) -> None:
    at = {"kiosk_id": 1, "placement_id": chain.placements[1], "faces": 2, "positive": 12, "marked": 3}
    with writing(chain.engine) as connection:
        question, day = chain.question_ids["staff-mattered"], date(2026, 11, 18).toordinal()
        connection.execute(insert(days).values(question_id=question, local_day=day, **at))
    for employees in (False, True):
        first = parsed(client.get(STORES, headers=bearer(chain.engine, employees=employees)).data)[0]
        assert (first["raw_total"], first["counted_total"], first["experience_total"]) == ("0", "0", "0")


def test_the_employees_figures_are_not_there_without_the_scope(chain: Any, client: FlaskClient) -> None:
    nothing = client.get("/api/v1/stores/S999/employees", headers=bearer(chain.engine, employees=True))
    refused = client.get(EMPLOYEES, headers=bearer(chain.engine, employees=False))
    assert refused.status_code == nothing.status_code == 404
    assert json.loads(refused.data)["code"] == json.loads(nothing.data)["code"]


def test_the_employees_figures_are_those_of_the_page(chain: Any, client: FlaskClient) -> None:
    at = {"kiosk_id": 1, "placement_id": chain.placements[1], "faces": 2, "positive": 30, "negative": 10, "clusters": 40}
    with writing(chain.engine) as connection:
        question, day = chain.question_ids["staff-mattered"], date(2026, 11, 11).toordinal()
        sums = {"sum_xx": 30, "sum_xn": 30, "sum_nn": 40}
        connection.execute(insert(days).values(question_id=question, local_day=day, **at, **sums))
    found = client.get(EMPLOYEES, headers=bearer(chain.engine, employees=True)).get_json()
    assert (found["from"], found["to"]) == ("2026-11-09", "2026-11-16")
    assert (found["experience"]["value"], found["experience"]["total"]) == (75.0, 40)
    assert len(found["stretches"]) == 1


@pytest.mark.parametrize("name", ["revisions.ndjson", "hourly.ndjson", "reactions.ndjson", "reactions/2026-11.parquet"])
def test_no_other_format_gives_them_away(staff: Any, client: FlaskClient, name: str) -> None:
    with writing(staff.engine) as connection:
        add_revisions(connection, [Revision(1, 1, seq, COUNTED) for seq in (1, 2, 3)], NOON_MS)
    found = [
        b"staff-mattered" in client.get(f"/api/v1/export/{name}", headers=bearer(staff.engine, employees=employees)).data
        for employees in (False, True)
    ]
    assert found == [False, name != "hourly.ndjson"]


def test_the_sqlite_file_has_none_of_theirs(staff: Any, client: FlaskClient) -> None:
    address = "/api/v1/export/salve.sqlite"
    without, with_them = (
        client.get(address, headers=bearer(staff.engine, employees=employees)).data for employees in (False, True)
    )
    assert (b"staff-mattered" in without, b"staff-mattered" in with_them) == (False, True)
