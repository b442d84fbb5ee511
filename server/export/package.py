"""The data package (Frictionless, version 1): every column with type, unit and meaning; the data cards; the definition."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from server.database.export_columns import TABLES
from server.database.export_words import all_definitions, wordings
from server.database.life import read_life
from server.export.times import utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from server.database.export_columns import Column, Table
    from server.database.export_words import Defined
    from server.export.wanted import Wanted

DEFUSED = "Text that a spreadsheet would run as a formula begins with one apostrophe more; raw=1 gives it without."


def package_json(connection: Connection, wanted: Wanted, paths: Mapping[str, Sequence[str]] | None = None) -> bytes:
    """The package of what the asker may see, to lie in one folder with the CSV files.

    `paths` says which files there are of each export, where it is not one file each; an export without any is left out.
    """
    life = read_life(connection)
    package = {
        "profile": "tabular-data-package",
        "name": "salve",
        "title": f"Reactions of {life.chain}" if life.chain else "Reactions",
        "description": "Presses of feedback kiosks in stores: how people were served, and how they were received."
        + (" All of it is made up for trying." if life.made_up else ""),
        "made_up": life.made_up,
        "epoch": life.epoch,
        "resources": [
            _resource(table, f"{table.name}.csv" if paths is None else list(paths[table.name]))
            for table in TABLES.values()
            if paths is None or paths.get(table.name)
        ],
        "questions": [one._asdict() for one in wordings(connection) if one.dimension not in wanted.hidden],
        "definitions": [_definition(one) for one in all_definitions(connection)],
    }
    return json.dumps(package, ensure_ascii=False, indent=1).encode()


def _resource(table: Table, path: str | list[str]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": path,
        "title": f"{table.name}: {table.meaning}",
        "description": DEFUSED,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema(table),
    }


def schema(table: Table) -> dict[str, Any]:
    """A table as a Frictionless Table Schema; `unit` is ours, in the words of the documentation."""
    found: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.key:
        found["primaryKey"] = list(table.key)
    if table.links:
        found["foreignKeys"] = [
            {"fields": [column], "reference": {"resource": other, "fields": [TABLES[other].key[0]]}}
            for column, other in table.links
        ]
    return found


def _field(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "type": column.type, "description": column.meaning}
    if column.type == "datetime":
        found["format"] = "any"  # the default has neither thousandths nor offsets
    if column.unit:
        found["unit"] = column.unit
    if column.choices:
        found["constraints"] = {"enum": list(column.choices)}
    return found


def _definition(one: Defined) -> dict[str, Any]:
    return {"version": one.version, "made_at": utc_text(one.made_ms), **one.body}
