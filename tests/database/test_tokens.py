"""Export tokens as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.database.engine import writing
from server.database.stores import add_store, stores_of_token
from server.database.tokens import end_token, insert_token, token_by_key_id, use_token

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_a_token_is_found_by_its_public_part_with_its_stores(engine: Engine) -> None:
    with writing(engine) as connection:
        ids = [add_store(connection, code, code, "UTC", "", ["en"], "", 0) for code in ("S001", "S002")]
        some = insert_token(connection, "one", "key1", "hash", ids[1:], 5, 900)
        everything = insert_token(connection, "all", "key2", "hash", None, 5, 900)
        use_token(connection, some, 20)
        end_token(connection, everything, 30)
        first, second = token_by_key_id(connection, "key1"), token_by_key_id(connection, "key2")
        assert token_by_key_id(connection, "key3") is None
        assert [row.code for row in stores_of_token(connection, some)] == ["S002"]
        assert stores_of_token(connection, everything) == []
    assert first is not None
    assert second is not None
    assert (first.all_stores, first.used_ms, first.revoked_ms, first.expires_ms) == (False, 20, None, 900)
    assert (second.all_stores, second.used_ms, second.revoked_ms) == (True, None, 30)
