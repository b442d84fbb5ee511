"""A repair of figures while kiosks go on sending: it undoes nothing, and nobody waits in a ring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, event

from server.database import rollup_check
from server.database.engine import reading, writing
from server.database.tables import days, open_clusters

if TYPE_CHECKING:
    import pytest


def test_what_is_stored_while_figures_are_repaired_is_not_undone(house, kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk.sync([kiosk.press(1_000, visit=None), kiosk.press(40_000, visit=None)])
    with writing(house.engine) as connection:
        connection.execute(delete(open_clusters))
        connection.execute(delete(days))
    look = rollup_check.check

    def looked(connection: Any, kiosk_id: int | None = None) -> Any:
        found = look(connection, kiosk_id)
        kiosk.sync([kiosk.press(41_000, visit=None), kiosk.press(90_000, visit=None)], 3)
        return found

    monkeypatch.setattr(rollup_check, "check", looked)
    found = rollup_check.repair(house.engine)
    assert found.rows
    assert found.clusters
    with reading(house.engine) as connection:
        assert look(connection).clusters == []


def test_a_repair_locks_its_kiosks_before_their_figures(house, kiosk) -> None:
    kiosk.sync([kiosk.press(1_000, visit=None)])
    with writing(house.engine) as connection:
        connection.execute(delete(days))
    written: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        written.extend(word for word in ("FOR NO KEY UPDATE", "INSERT INTO days") if word in statement)

    event.listen(house.engine, "before_cursor_execute", note)
    rollup_check.repair(house.engine)
    event.remove(house.engine, "before_cursor_execute", note)
    alone = house.engine.dialect.name == "sqlite"
    assert written == (["INSERT INTO days"] if alone else ["FOR NO KEY UPDATE", "INSERT INTO days"])
