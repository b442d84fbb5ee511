"""Nothing is held twice, and nothing that differs is lost."""

from __future__ import annotations

from sqlalchemy import func, select

from server.database import tables
from server.database.engine import writing
from server.database.held import HeldRow, held_between, hold


def test_the_same_again_changes_nothing_and_another_content_or_sender_is_kept_beside_it(engine) -> None:
    row = HeldRow(1, 1, 5, "content-conflict", 1, b"[1]", 0)
    with writing(engine) as connection:
        hold(connection, [row, row._replace(received_ms=9)])
        hold(connection, [row, row._replace(content=b"[2]"), row._replace(sender_id=2), row._replace(code="foreign-stream")])
        assert connection.execute(select(func.count()).select_from(tables.held)).scalar_one() == 4
        hold(connection, [])


def test_only_what_stands_at_its_place_is_compared(engine) -> None:
    row = HeldRow(1, 1, 5, "opaque", 1, b"\x00\xff", 0)
    with writing(engine) as connection:
        hold(connection, [row, row._replace(seq=6, code="content-conflict"), row._replace(seq=7, code="foreign-stream")])
        assert held_between(connection, 1, 1, 1, 9) == {5: b"\x00\xff"}
        assert held_between(connection, 1, 1, 6, 9) == {}
        assert held_between(connection, 1, 2, 1, 9) == {}
