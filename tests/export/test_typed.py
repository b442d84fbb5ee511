"""Our own CSV read back into types."""

from __future__ import annotations

from server.database.export_columns import Column, Table
from server.export.typed import typed_rows

KINDS = ("string", "integer", "number", "date", "datetime")
TABLE = Table("t", "", tuple(Column(f"c{place}", kind, "") for place, kind in enumerate(KINDS)))


def test_each_column_has_its_type_and_only_texts_may_be_empty() -> None:
    chunks = [b"c0,c1,c2,c3,c4\r\n", b'"a, ""b""",1,0.5,2026-11-21,2026-11-21T12:00:00.000Z\r\n', b",,,,\r\n"]
    assert list(typed_rows(TABLE, chunks)) == [
        ('a, "b"', 1, 0.5, "2026-11-21", "2026-11-21T12:00:00.000Z"),
        ("", None, None, None, None),
    ]


def test_a_header_alone_has_no_rows() -> None:
    assert list(typed_rows(TABLE, [b"c0,c1,c2,c3,c4\r\n"])) == []
