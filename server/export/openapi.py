"""The API for programs as an OpenAPI 3.1 document, made from the columns and parameters that the exports themselves use."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from server.database.export_columns import PARAMETERS, REACTIONS, REVISIONS, TABLES
from server.export.openapi_figures import SCHEMAS, TEXT, Schema, known, ref
from server.export.producing import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from server.database.export_columns import Column, Table

PREFIX = "/api/v1"
FEEDS = {REACTIONS.name, REVISIONS.name}
OF_CSV = ("bom", "raw")
FLAG: Schema = {"type": "string", "enum": ["0", "1"]}
QUERY: dict[str, tuple[Schema, str]] = {
    "from": ({"type": "string", "format": "date"}, "First day that is wanted, by the store's own clock."),
    "to": ({"type": "string", "format": "date"}, "First day that is not wanted any more."),
    "store": (
        {"type": "array", "items": {"type": "string"}},
        "Code of a store; may be given again. Left out, all of the token's.",
    ),
    "after": ({"type": "string"}, "Only what came after this cursor: the Salve-Cursor header of an earlier answer."),
    "period": ({"type": "string"}, "today, 7d, 4w, 13w or two days like 2026-11-01..2026-12-01."),
    "touchpoint": ({"type": "string"}, "Only this place in the store."),
    "question": ({"type": "string"}, "Only this question."),
    "bom": (FLAG, "1 begins with a byte order mark, for Excel."),
    "raw": (FLAG, "1 leaves texts untouched that a spreadsheet would run as a formula."),
    "gzip": (FLAG, "1 gives a packed file."),
}
MEDIA = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
REFUSED = {
    "400": "A parameter that is not known or does not fit.",
    "401": "No export token, or one that has ended.",
    "403": "A kiosk's key.",
    "404": "A store outside the token's scope, or no such store.",
    "429": "As many exports as one may have at once are on their way to this token already.",
    "503": "The server is busy; Retry-After says when to come again.",
}
TAGGED = {f"{name}-{kind}" for name in ("reactions", "hourly", "stores", "kiosks") for kind in KINDS} | {
    "datapackage",
    "parquet",
}
NO_MORE: dict[str, str] = {}
TOO_MUCH = {"400": f"{REFUSED['400']} With the code too-much, days and stores that hold more reactions than such a file takes."}
NO_PARQUET = {"501": "The server was installed without what makes Parquet files."}
GONE = {"410": "A cursor from before a restore: begin again without it."}
TYPES: dict[str, Schema] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}


def document() -> dict[str, Any]:
    """The whole document; it names no store, person or token, and is the same for everybody."""
    paths = {f"{PREFIX}/export/{name}.{kind}": _lines(TABLES[name], kind) for name in PARAMETERS for kind in KINDS}
    paths |= _files() | {
        f"{PREFIX}/stores/{{code}}/summary": _figures(
            "Summary", "The figures of a store's page", "period", "touchpoint", "question"
        ),
        f"{PREFIX}/stores/{{code}}/employees": _figures("Employees", "The figures of a store's employees' page"),
    }
    rows = {_row_name(TABLES[name]): _row(TABLES[name]) for name in PARAMETERS}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Salve, for programs",
            "version": version("salve"),
            "description": "Exports and figures. A parameter that an address does not have is refused.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "slv_x_...", "description": "An export token."}
            },
            "schemas": SCHEMAS | rows | {"Problem": _problem()},
        },
    }


def _lines(table: Table, kind: str) -> Schema:
    query = (*PARAMETERS[table.name], *(OF_CSV if kind == "csv" else ()), "gzip")
    feed = table.name in FEEDS
    # Each line of NDJSON is such an object; OpenAPI has no other word for that.
    schema = {"type": "string"} if kind == "csv" else ref(_row_name(table))
    headers = {"Salve-Cursor": {"description": "Where the next answer begins.", "schema": {"type": "string"}}} if feed else {}
    answer = {"description": f"A line is {table.meaning}.", "content": {MEDIA[kind]: {"schema": schema}}, "headers": headers}
    return _get(f"{table.name}-{kind}", f"{table.name} as {kind.upper()}", query, answer, more=GONE if feed else NO_MORE)


def _files() -> dict[str, Schema]:
    def answer(media: str, says: str) -> Schema:
        return {"description": says, "content": {media: {}}}

    month = {
        "name": "month",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    }
    parquet = answer("application/vnd.apache.parquet", "One month of the stores' clocks.")
    package = {"application/json": {"schema": {"type": "object"}}}
    return {
        f"{PREFIX}/export/datapackage.json": _get(
            "datapackage",
            "What every column means",
            ("gzip",),
            {"description": "A Frictionless data package.", "content": package},
        ),
        f"{PREFIX}/export/salve.sqlite": _get(
            *("sqlite", "All exports in one file", ("from", "to", "store", "period", "gzip")),
            answer("application/vnd.sqlite3", "A file for Datasette."),
            more=TOO_MUCH,
        ),
        f"{PREFIX}/export/reactions/{{month}}.parquet": _get(
            "parquet", "A month's reactions", ("store", "gzip"), parquet, place=month, more=NO_PARQUET
        ),
    }


def _figures(schema: str, says: str, *query: str) -> Schema:
    code = {"name": "code", "in": "path", "required": True, "schema": {"type": "string"}, "description": "The store's code."}
    answer = {"description": f"{says}.", "content": {"application/json": {"schema": ref(schema)}}}
    return _get(schema.lower(), says, query, answer, place=code)


def _get(
    name: str, says: str, query: Iterable[str], answer: Schema, place: Schema | None = None, more: Mapping[str, str] = NO_MORE
) -> Schema:
    problem = {"application/problem+json": {"schema": ref("Problem")}}
    refused = {status: {"description": why, "content": problem} for status, why in sorted((REFUSED | dict(more)).items())}
    parameters = [place] if place else []
    parameters += [{"name": one, "in": "query", "schema": QUERY[one][0], "description": QUERY[one][1]} for one in query]
    unchanged = {"304": {"description": "Nothing changed since the ETag that If-None-Match names."}} if name in TAGGED else {}
    responses = {"200": answer} | unchanged | refused
    return {"get": {"operationId": name, "summary": says, "parameters": parameters, "responses": responses}}


def _row(table: Table) -> Schema:
    columns = {column.name: _column(column) for column in table.columns}
    return {
        "type": "object",
        "description": table.meaning,
        "properties": columns,
        "required": list(columns),
        "additionalProperties": False,
    }


def _column(column: Column) -> Schema:
    unit = f" ({column.unit})" if column.unit else ""
    return known(TYPES[column.type]) | {"description": f"{column.meaning}{unit}"}


def _row_name(table: Table) -> str:
    return f"{table.name.capitalize()}Row"


def _problem() -> Schema:
    texts = dict.fromkeys(("title", "code", "detail", "request"), TEXT)
    return {"type": "object", "properties": texts | {"status": {"type": "integer"}}, "required": ["status", "code", "detail"]}
