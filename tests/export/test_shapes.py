"""Rows as CSV and as NDJSON: the same values, each as its readers expect them."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from server.database.export_columns import Column, Table
from server.export.shapes import piece, row, shape_of

TABLE = Table("t", "", (Column("name", "string", ""), Column("n", "integer", ""), Column("share", "number", "")))
NAMES = TABLE.names
printable = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


def test_csv_has_a_header_and_defuses_texts_alone() -> None:
    shape = shape_of("csv", TABLE)
    assert shape.header() == "name,n,share\r\n"
    assert row(shape, NAMES, ("=1+1", -5, -0.5)) == "'=1+1,-5,-0.5\r\n"
    assert row(shape_of("csv", TABLE, raw=True), NAMES, ("=1+1", None, None)) == "=1+1,,\r\n"
    assert shape_of("csv", TABLE, bom=True).header() == "\ufeffname,n,share\r\n"


def test_ndjson_has_no_header_and_says_null() -> None:
    shape = shape_of("ndjson", TABLE, raw=False, bom=True)
    assert shape.header() == ""
    assert row(shape, NAMES, ("=1+1", None, 0.5)) == '{"name":"=1+1","n":null,"share":0.5}\n'
    assert row(shape, NAMES, ("بازار", 1, 2)) == '{"name":"بازار","n":1,"share":2}\n'


@given(printable, st.none() | st.integers(), st.none() | st.floats(allow_nan=False, allow_infinity=False))
def test_whatever_is_written_is_read(name: str, n: int | None, share: float | None) -> None:
    read = json.loads(row(shape_of("ndjson", TABLE), NAMES, (name, n, share)))
    assert read == {"name": name, "n": n, "share": share}
    line = row(shape_of("csv", TABLE, raw=True), NAMES, (name, n, share))
    texts = [name, "" if n is None else str(n), "" if share is None else str(share)]
    assert next(csv.reader(io.StringIO(line, newline=""))) == texts


def test_pieces_put_together_are_the_row() -> None:
    for kind in ("csv", "ndjson"):
        shape = shape_of(kind, TABLE)
        pieces = piece(shape, ["name"], ["a"]) + piece(shape, ["n", "share"], [1, None])
        assert pieces + shape.end == row(shape, NAMES, ("a", 1, None))
