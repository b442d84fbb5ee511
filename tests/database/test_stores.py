"""Stores as they are added and found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.database.engine import reading, writing
from server.database.stores import add_store, all_stores, store_by_code, store_ids
from server.errors import Unfit

if TYPE_CHECKING:
    from sqlalchemy import Engine

GOOD: dict[str, Any] = {
    "code": "S001",
    "name": "Old Market",
    "timezone": "Europe/Warsaw",
    "region": "North",
    "languages": ["pl", "en"],
    "territory": "PL",
    "now_ms": 5,
}


def added(engine: Engine, **changes: Any) -> int:
    with writing(engine) as connection:
        return add_store(connection, **(GOOD | changes))


def test_a_store_is_found_by_its_code(engine: Engine) -> None:
    store_id = added(engine)
    with reading(engine) as connection:
        row = store_by_code(connection, "S001")
        assert store_by_code(connection, "S002") is None
    assert row is not None
    assert (row.id, row.name, row.languages, row.territory, row.made_ms) == (store_id, "Old Market", '["pl", "en"]', "PL", 5)


@pytest.mark.parametrize("text", ["@home", "-20% Outlet", "=SUM(A1)", 'A, "B"', "می‌خواهم", "O'Neill", "🛒"])
def test_names_and_regions_are_any_printable_text(engine: Engine, text: str) -> None:
    added(engine, name=text, region=text)
    with reading(engine) as connection:
        (row,) = all_stores(connection)
    assert (row.name, row.region) == (text, text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "two\r\nlines"}, "name may hold"),
        ({"region": "a\tb"}, "region may hold"),
        ({"name": "a\u2028b"}, "name may hold"),
        ({"name": "\ud800"}, "name may hold"),
        ({"name": "  "}, "1 to 200"),
        ({"name": "x" * 201}, "1 to 200"),
        ({"code": "S 1"}, "code has 1 to 20"),
        ({"code": "../x"}, "code has 1 to 20"),
        ({"code": "S1\n"}, "code has 1 to 20"),
        ({"timezone": "Mars/Olympus"}, "no time zone"),
        ({"timezone": "../../etc/passwd"}, "no time zone"),
        ({"timezone": ""}, "no time zone"),
        ({"languages": []}, "language"),
        ({"languages": ["English"]}, "language"),
        ({"territory": "Poland"}, "two capital letters"),
    ],
)
def test_what_can_not_be_used_is_refused(engine: Engine, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Unfit, match=sentence):
        added(engine, **changes)


def test_a_code_is_given_once(engine: Engine) -> None:
    added(engine)
    with pytest.raises(Unfit, match="S001 already"):
        added(engine, name="Another")


def test_ids_come_in_the_order_of_the_codes_each_once(engine: Engine) -> None:
    first, second = added(engine), added(engine, code="S002")
    with reading(engine) as connection:
        assert store_ids(connection, ["S002", "S001", "S002"]) == [second, first]
        with pytest.raises(Unfit, match="no store S009"):
            store_ids(connection, ["S001", "S009"])
