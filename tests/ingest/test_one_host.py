"""What every sync runs touches the rows of its own kiosk alone, so that it stays on one host of several."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from server.database.tables import BY_KIOSK, EVERYWHERE, LAYOUT, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE) (\w+)")
CHANGED = re.compile(r"^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")
OF_KIOSK = re.compile(r"\bkiosk_id = [?%]|INSERT INTO \w+ \([^)]*\bkiosk_id\b")
BY_THE_KIOSK = {name for name, table in metadata.tables.items() if table.info[LAYOUT] == BY_KIOSK}


@pytest.fixture
def statements(house) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(" ".join(statement.split()))

    event.listen(house.engine, "before_cursor_execute", note)
    yield found
    event.remove(house.engine, "before_cursor_execute", note)


def test_no_statement_of_a_sync_asks_for_more_than_one_kiosks_rows(house, kiosk, statements: list[str]) -> None:
    presses = [kiosk.press(1_000 + 30_000 * number, visit=None) for number in range(150)]
    kiosk.sync(presses)
    kiosk.sync(presses)
    kiosk.sync([kiosk.press(9_000_000, "welcome-happy"), kiosk.press(9_005_000, visit=151)], 151)
    kiosk.sync([kiosk.press(9_100_000, "nothing")], 153, anchors=[[1, 9_000_000, house.clock.now_ms(), 50]])
    kiosk.sync([kiosk.press(9_000)], stream="cd" * 16, parent="ab" * 16, lost=[[1, 4]], first_seq=5)
    touched = [(text, BY_THE_KIOSK.intersection(TABLE.findall(text))) for text in statements]
    wanted = {"reactions", "streams", "hours", "days", "arrivals", "held", "lost", "anchors"}
    assert wanted <= set().union(*(tables for _, tables in touched))
    assert [text for text, tables in touched if tables and not OF_KIOSK.search(text)] == []


def test_a_kiosk_that_is_known_changes_nothing_that_is_everywhere(house, kiosk, statements: list[str]) -> None:
    kiosk.sync([kiosk.press(1_000)])
    statements.clear()
    kiosk.sync([kiosk.press(40_000)], 2)
    changed = {name for text in statements for name in CHANGED.findall(text)}
    assert "kiosk_syncs" in changed
    assert {name for name in changed if metadata.tables[name].info[LAYOUT] == EVERYWHERE} == set()


def test_the_statements_of_several_kiosks_are_told_apart(statements: list[str]) -> None:
    assert OF_KIOSK.search("SELECT high FROM streams WHERE kiosk_id = %s AND number = %s")
    assert not OF_KIOSK.search("SELECT kiosk_id FROM streams WHERE parent = ?")
