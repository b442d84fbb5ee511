"""How a row is written: as a line of CSV (RFC 4180) or of NDJSON, from the same values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from server.export.csv_text import BYTE_ORDER_MARK, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from server.database.export_columns import Table

Value = str | int | float | None


class Shape(Protocol):
    """Writes rows of one table, whole or in pieces that can be kept and used again for the next row."""

    kind: str
    content_type: str
    quote: str  # stands around a text that needs no care, such as a time
    end: str

    def header(self) -> str:
        """What comes before all rows."""

    def before(self, name: str) -> str:
        """What comes before the value of a column, without the quote."""

    def value(self, value: Value) -> str:
        """A value with what must stand around it."""


class Csv:
    """Lines of CSV; `raw` leaves texts as they are, also those a spreadsheet would run."""

    kind, content_type = "csv", "text/csv; charset=utf-8; header=present"
    quote, end = "", "\r\n"

    def __init__(self, table: Table, *, raw: bool = False, bom: bool = False) -> None:
        self._names = table.names
        self._raw = raw
        self.mark = BYTE_ORDER_MARK if bom else ""

    def header(self) -> str:
        """What comes before all rows."""
        return self.mark + ",".join(self._names) + self.end

    def before(self, name: str) -> str:
        """What comes before the value of a column, without the quote."""
        return "" if name == self._names[0] else ","

    def value(self, value: Value) -> str:
        """A value with what must stand around it."""
        return field(value, raw=self._raw) if isinstance(value, str) else "" if value is None else str(value)


class NdJson:
    """One JSON object a line; texts are as they are, what is not known is null."""

    kind, content_type = "ndjson", "application/x-ndjson"
    quote, end = '"', "}\n"

    def __init__(self, table: Table) -> None:
        self._first = table.names[0]

    def header(self) -> str:
        """What comes before all rows."""
        return ""

    def before(self, name: str) -> str:
        """What comes before the value of a column, without the quote."""
        return ("{" if name == self._first else ",") + f'"{name}":'

    def value(self, value: Value) -> str:
        """A value with what must stand around it."""
        return json.dumps(value, ensure_ascii=False)


def row(shape: Shape, names: Sequence[str], values: Sequence[Value]) -> str:
    """A whole row."""
    return piece(shape, names, values) + shape.end


def piece(shape: Shape, names: Sequence[str], values: Sequence[Value]) -> str:
    """Some columns of a row, one behind the other."""
    return "".join(shape.before(name) + shape.value(value) for name, value in zip(names, values, strict=True))


def shape_of(kind: str, table: Table, *, raw: bool = False, bom: bool = False) -> Shape:
    """The shape of that kind for a table; `raw` and `bom` concern CSV alone."""
    return NdJson(table) if kind == "ndjson" else Csv(table, raw=raw, bom=bom)
