"""People as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import IntegrityError

from server.database.engine import reading, writing
from server.database.people import insert_user, set_disabled, set_language, set_password, user_by_email
from server.database.stores import add_store, stores_of_user

if TYPE_CHECKING:
    from sqlalchemy import Engine


@pytest.fixture
def alice(engine: Engine) -> int:
    with writing(engine) as connection:
        ids = [add_store(connection, code, code, "UTC", "", ["en"], "", 0) for code in ("S002", "S001", "S003")]
        return insert_user(connection, "alice@chain.example", "hash", "manager", ids[:2], 5)


def test_a_person_has_their_stores_by_code(engine: Engine, alice: int) -> None:
    with reading(engine) as connection:
        assert [row.code for row in stores_of_user(connection, alice)] == ["S001", "S002"]
        assert stores_of_user(connection, alice + 1) == []


def test_a_persons_row_changes_only_where_it_is_told(engine: Engine, alice: int) -> None:
    with writing(engine) as connection:
        set_password(connection, alice, "other hash")
        set_language(connection, alice, "fa")
        set_disabled(connection, alice, 9)
        set_password(connection, alice + 1, "nobody's")
        row = user_by_email(connection, "alice@chain.example")
        assert user_by_email(connection, "ALICE@chain.example") is None
    assert row is not None
    assert (row.id, row.password_hash, row.role, row.language, row.made_ms, row.disabled_ms) == (
        *(alice, "other hash", "manager", "fa", 5, 9),
    )


def test_the_database_refuses_a_second_address_and_an_unknown_role(engine: Engine, alice: int) -> None:
    for email, role in (("alice@chain.example", "admin"), ("bob@chain.example", "owner")):
        with pytest.raises(IntegrityError), writing(engine) as connection:
            insert_user(connection, email, "hash", role, [], 5)
