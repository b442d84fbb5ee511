"""Sessions and sign-in delays as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from server.database.engine import writing
from server.database.people import insert_user
from server.database.sessions import (
    delay_of,
    end_session,
    end_sessions_beside,
    end_sessions_made_before,
    end_sessions_of,
    forget_delays_before,
    insert_session,
    see_session,
    session_of,
    set_delay,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Sessions a1 and a2 of one person, made at 100 and 200, and b1 of another, made at 300."""
    with writing(engine) as connection:
        alice = insert_user(connection, "alice@chain.example", "hash", "manager", [], 5)
        bob = insert_user(connection, "bob@chain.example", "hash", "admin", [], 5)
        for token, user, made_ms in (("a1", alice, 100), ("a2", alice, 200), ("b1", bob, 300)):
            insert_session(connection, token, user, made_ms)
        yield connection


def alive(connection: Connection, made_after_ms: int = 0, seen_after_ms: int = 0) -> list[str]:
    return [
        token
        for token in ("a1", "a2", "b1")
        if session_of(connection, token, made_after_ms=made_after_ms, seen_after_ms=seen_after_ms)
    ]


def test_a_session_names_its_person(connection: Connection) -> None:
    row = session_of(connection, "b1", made_after_ms=0, seen_after_ms=0)
    assert row is not None
    assert (row.email, row.role, row.language, row.seen_ms) == ("bob@chain.example", "admin", "", 300)


def test_a_session_lives_by_its_age_and_by_its_use(connection: Connection) -> None:
    assert alive(connection, made_after_ms=100) == ["a2", "b1"]
    assert alive(connection, seen_after_ms=200) == ["b1"]
    see_session(connection, "a1", 900)
    assert alive(connection, seen_after_ms=300) == ["a1"]


def test_sessions_end_one_by_one_by_person_and_by_age(connection: Connection) -> None:
    end_sessions_of(connection, 1, but="a2")
    assert alive(connection) == ["a2", "b1"]
    end_session(connection, "nobody's")
    end_sessions_beside(connection, "nobody's")
    assert alive(connection) == ["a2", "b1"]
    end_sessions_made_before(connection, 200)
    assert alive(connection) == ["b1"]
    end_session(connection, "b1")
    assert alive(connection) == []


def test_ending_sessions_beside_one_ends_it_too(connection: Connection) -> None:
    end_sessions_beside(connection, "a1")
    assert alive(connection) == ["b1"]


def test_a_delay_is_written_over_and_taken_away(connection: Connection) -> None:
    assert delay_of(connection, "account x") == (0, 0)
    set_delay(connection, "account x", 3, 700)
    set_delay(connection, "account x", 4, 800)
    set_delay(connection, "account y", 1, 500)
    assert delay_of(connection, "account x") == (4, 800)
    forget_delays_before(connection, 800)
    assert (delay_of(connection, "account x"), delay_of(connection, "account y")) == ((4, 800), (0, 0))
    set_delay(connection, "account x", 0, 0)
    assert delay_of(connection, "account x") == (0, 0)
