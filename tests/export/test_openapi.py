"""The OpenAPI document is valid, names every address with its parameters, and real answers fit what it promises."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from server.access.tokens import add_token
from server.database.engine import writing
from server.database.tables import days
from server.export.openapi import document

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

SATURDAY, NOON_MS = 739_941, 1_795_262_400_000


def fits(schema: str, value: object) -> list[str]:
    """What of a value does not fit one of the document's schemas."""
    whole = Resource.from_contents(document(), default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:salve", whole)
    validator = OAS31Validator({"$ref": f"urn:salve#/components/schemas/{schema}"}, registry=registry)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def press(chain: Any) -> None:
    with writing(chain.engine) as connection:
        for back in range(1, 30):
            for question, positive in (("felt-welcome", 30), ("got-needed", 43), ("staff-mattered", 20)):
                row = {"kiosk_id": 1, "placement_id": chain.placements[1], "local_day": SATURDAY - back, "faces": 2}
                sums = {"clusters": 50, "sum_xx": positive, "sum_xn": positive, "sum_nn": 50, "marked": 1}
                presses = {"question_id": chain.question_ids[question], "positive": positive, "negative": 50 - positive}
                connection.execute(days.insert().values(row | sums | presses))


def test_the_document_is_valid_openapi_and_everybody_may_read_it(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json == json.loads(json.dumps(document()))
    assert answer.json["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(answer.json).iter_errors()) == []


def test_a_broken_document_would_be_found() -> None:
    broken = document()
    del broken["info"]["title"]
    broken["paths"]["/api/v1/export/hourly.csv"]["get"]["parameters"][0]["in"] = "nowhere"
    assert list(OpenAPIV31SpecValidator(broken).iter_errors()) != []


def test_it_names_every_address_of_the_door_and_no_other(app: Flask) -> None:
    routes = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("export.")}
    named = {re.sub(r"<(\w+)>", r"{\1}", rule) for rule in routes} - {"/api/v1/openapi.json"}
    assert named == document()["paths"].keys()


def test_it_says_304_of_those_that_have_a_tag_and_of_no_other(chain: Any, client: FlaskClient) -> None:
    token = chain.token()
    for path, one in document()["paths"].items():
        address = path.format(code="S001", month="2026-10")
        names = {parameter["name"] for parameter in one["get"]["parameters"]}
        days = {"from": "2026-11-01", "to": "2026-11-08"} if {"from", "to"} <= names else {}
        answer = client.get(address, query_string=days, headers=token)
        assert ("ETag" in answer.headers) == ("304" in one["get"]["responses"]), path


ALL = {"from", "to", "store", "after", "period", "touchpoint", "question", "bom", "raw", "gzip", "colour"}
GOOD = {"from": "2026-11-01", "to": "2026-11-22", "store": "S001", "period": "7d", "gzip": "0", "bom": "0", "raw": "0"}


def test_each_address_takes_the_parameters_it_names_and_refuses_the_others(chain: Any, client: FlaskClient) -> None:
    chain.press(1)
    with writing(chain.engine) as connection:
        token = {"Authorization": f"Bearer {add_token(connection, 'all', None, 90, NOON_MS, employees=True)}"}
    for path, one in document()["paths"].items():
        address = path.format(code="S001", month="2026-11")
        names = {parameter["name"] for parameter in one["get"]["parameters"] if parameter["in"] == "query"}
        # A period stands in place of days.
        asked = {name: value for name, value in GOOD.items() if name in names and not (name == "period" and "from" in names)}
        answer = client.get(address, query_string=asked, headers=token, buffered=True)
        promised = one["get"]["responses"]["200"]
        (media,) = promised["content"]
        assert (answer.status_code, answer.mimetype) == (200, media), path
        assert ("Salve-Cursor" in answer.headers) >= ("Salve-Cursor" in promised.get("headers", {})), path
        if "Employees" in str(promised):
            assert not fits("Employees", answer.json)
        for name in ALL - names:
            refused = client.get(address, query_string={name: "1"}, headers=token)
            assert (refused.status_code, fits("Problem", refused.json)) == (400, []), (path, name)


def test_the_figures_of_a_store_fit_their_schema(chain: Any, client: FlaskClient) -> None:
    press(chain)
    token = chain.token()
    for store in ("S001", "S002"):
        for period in ("7d", "4w", "today"):
            answer = client.get(f"/api/v1/stores/{store}/summary", query_string={"period": period}, headers=token)
            assert answer.status_code == 200
            assert not fits("Summary", answer.json), (store, period, fits("Summary", answer.json)[:12])
    assert fits("Summary", answer.json | {"more": 1}) != []


def test_each_line_of_ndjson_fits_its_schema(chain: Any, client: FlaskClient) -> None:
    press(chain)
    chain.press(1, count=3)
    chain.held(1, "config-unknown", [1, 2])
    token = chain.token()
    for name in ("reactions", "hourly", "stores", "kiosks", "revisions"):
        answer = client.get(f"/api/v1/export/{name}.ndjson", headers=token, buffered=True)
        lines = [json.loads(line) for line in answer.data.splitlines()]
        assert lines or name in {"revisions", "hourly"}, name
        for line in lines:
            assert fits(f"{name.capitalize()}Row", line) == [], name
