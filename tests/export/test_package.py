"""The data package: valid Frictionless, and true of every export."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from server.database.export_columns import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

# In a process of its own: the validator's many imports warn of each other, and warnings are errors here.
VALIDATE = """
import json, sys
from frictionless import Package, system
with system.use_context(trusted=True):
    package = Package(sys.argv[1])
    report = package.validate()
print(json.dumps(report.flatten(["title", "type", "rowNumber", "message"])))
print(json.dumps(sorted([resource.name, resource.schema.get_field(name).type] for resource in package.resources
    for name in resource.schema.field_names)))
"""


def validated(folder: Path) -> Any:
    """What the validator says is wrong, and the type of every column as it reads the package."""
    words = [sys.executable, "-W", "ignore", "-c", VALIDATE, str(folder / "datapackage.json")]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=100)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def package(chain: Any, client: FlaskClient) -> Any:
    answer = client.get("/api/v1/export/datapackage.json", headers=chain.token())
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    return answer.json


def test_frictionless_finds_the_package_and_its_files_valid(chain: Any, client: FlaskClient, tmp_path: Path) -> None:
    chain.press(1, count=3)
    chain.press(2, visit=1, answer_id=4, counted=False, reason=3)
    chain.held(1, "unknown-button", [1, 2, True, "boot", "x", 3, None, "vote"])
    folder = tmp_path / "package"
    folder.mkdir()
    token = chain.token()
    for name in ("datapackage.json", *(f"{table}.csv" for table in TABLES)):
        (folder / name).write_bytes(client.get(f"/api/v1/export/{name}", headers=token).data)
    errors, fields = validated(folder)
    assert errors == []
    hourly = folder / "hourly.csv"
    hourly.write_bytes(hourly.read_bytes() + b"S999,exit,felt-welcome,taste,today,9,1,0,0,0\r\n")
    assert {title for title, *_ in validated(folder)[0]} == {"Type Error", "Constraint Error", "ForeignKey Error"}
    assert fields == sorted([table.name, column.type] for table in TABLES.values() for column in table.columns)


def test_every_column_has_a_type_and_a_meaning(package: Any) -> None:
    described = {resource["name"]: resource["schema"]["fields"] for resource in package["resources"]}
    assert {name: tuple(field["name"] for field in fields) for name, fields in described.items()} == {
        name: table.names for name, table in TABLES.items()
    }
    for fields in described.values():
        assert all(field["type"] and field["description"] for field in fields)
    units = {field["name"]: field.get("unit") for field in described["reactions"]}
    assert units["uncertainty_ms"] == "ms"


@pytest.mark.parametrize("name", TABLES)
def test_every_export_has_the_columns_that_the_package_says(chain: Any, client: FlaskClient, name: str) -> None:
    header = client.get(f"/api/v1/export/{name}.csv", headers=chain.token()).data.splitlines()[0].decode()
    assert tuple(header.split(",")) == TABLES[name].names


def test_the_package_holds_the_data_cards_and_the_definition(package: Any) -> None:
    welcome = next(one for one in package["questions"] if one["code"] == "felt-welcome")
    assert set(welcome["card"]) == {"origin", "purpose", "outcome", "insight", "destination", "kind"}
    assert welcome["texts"]["fa"]["question"]
    (first,) = package["definitions"]
    assert first["version"] == 1
    assert "felt-welcome" in first["experience"]
