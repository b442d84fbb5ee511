"""What one export is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from server.access.tokens import ExportToken, add_token
from server.database.engine import reading, writing
from server.errors import Refusal
from server.export.wanted import flag, read_wanted

if TYPE_CHECKING:
    from sqlalchemy import Engine

ALL = ExportToken(1, "all", all_stores=True)
SOME = ExportToken(2, "one store", all_stores=False)


@pytest.fixture
def tokens(chain: Any) -> Engine:
    with writing(chain.engine) as connection:
        add_token(connection, "all", None, 90, 0)
        add_token(connection, "one store", ["S002"], 90, 0)
    engine: Engine = chain.engine
    return engine


def test_without_wishes_it_is_all_that_the_token_may_see(tokens: Engine) -> None:
    with reading(tokens) as connection:
        everything = read_wanted(connection, ALL, [], "", "", raw=False)
        some = read_wanted(connection, SOME, [], "", "", raw=True)
    assert ([store.code for store in everything.stores], everything.every, everything.raw) == (["S001", "S002"], True, False)
    assert ([store.code for store in some.stores], some.every, some.raw) == (["S002"], False, True)


def test_named_stores_and_days_narrow_it(tokens: Engine) -> None:
    with reading(tokens) as connection:
        found = read_wanted(connection, ALL, ["S002", "S002"], "2026-11-21", "2026-11-22", raw=False)
    assert ([store.code for store in found.stores], found.every) == (["S002"], False)
    assert (found.from_day, found.to_day) == (739_941, 739_942)


@pytest.mark.parametrize("code", ["S001", "S999", ""])
def test_a_store_outside_the_scope_is_not_there(tokens: Engine, code: str) -> None:
    with reading(tokens) as connection, pytest.raises(Refusal) as refused:
        read_wanted(connection, SOME, ["S002", code], "", "", raw=False)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("first", "end", "name"),
    [("21.11.2026", "", "from"), ("", "2026-02-30", "to"), ("2026-11-22", "2026-11-21", "to"), ("tomorrow", "", "from")],
)
def test_days_that_are_none_are_refused(tokens: Engine, first: str, end: str, name: str) -> None:
    with reading(tokens) as connection, pytest.raises(Refusal) as refused:
        read_wanted(connection, ALL, [], first, end, raw=False)
    assert (refused.value.status, refused.value.facts) == (400, {"parameter": name})


def test_a_flag_is_one_or_zero() -> None:
    assert [flag("bom", text) for text in ("", "0", "1")] == [False, False, True]
    with pytest.raises(Refusal, match="bom"):
        flag("bom", "yes")
