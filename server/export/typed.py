"""Reads our own CSV back into typed values, for formats that keep types."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from server.database.export_columns import Table
    from server.export.shapes import Value


def typed_rows(table: Table, chunks: Iterable[bytes]) -> Iterator[tuple[Value, ...]]:
    """The rows of a CSV that was made with `raw` and without a byte order mark, header first; chunks end with whole lines.

    An empty field is None except in a column of strings.
    """
    readers = [_reader(column.type) for column in table.columns]
    first = True
    for chunk in chunks:
        lines = csv.reader(io.StringIO(chunk.decode(), newline=""))
        if first:
            next(lines, None)
            first = False
        for line in lines:
            yield tuple(read(text) for read, text in zip(readers, line, strict=True))


def _reader(kind: str) -> Callable[[str], Value]:
    if kind == "string":
        return str
    if kind == "integer":
        return lambda text: int(text) if text else None
    if kind == "number":
        return lambda text: float(text) if text else None
    return lambda text: text or None
