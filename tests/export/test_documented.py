"""docs/exports.md says every column, address and parameter that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.database.export_columns import PARAMETERS, TABLES

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| (.*) \|$", re.MULTILINE)


@pytest.mark.parametrize("name", TABLES)
def test_the_columns_are_those_of_the_code(name: str) -> None:
    part = PAGE.split(f"## Columns of {name}\n")[1].split("\n## ")[0]
    columns = TABLES[name].columns[:3] if name == "revisions" else TABLES[name].columns
    expected = [(column.name, column.type, column.unit, column.meaning + _choices(column.choices)) for column in columns]
    assert [(row[0], row[1], row[2].strip(), row[3]) for row in ROW.findall(part)] == expected


def test_revisions_end_with_the_columns_of_reactions() -> None:
    assert TABLES["revisions"].columns[3:] == TABLES["reactions"].columns


def test_every_export_and_parameter_is_there() -> None:
    for name in TABLES:
        assert f"| `/api/v1/export/{name}.csv` |" in PAGE
    table = PAGE.split("| parameter | means | where |")[1].split("\n\n")[0]
    for parameter in {one for known in PARAMETERS.values() for one in known} | {"bom=1", "raw=1", "gzip=1"}:
        assert f"`{parameter}`" in table, parameter


def _choices(choices: tuple[str | int, ...]) -> str:
    return f" ({', '.join(map(str, choices))})" if choices else ""
