"""A transaction is whole or not there, and its failures are told apart."""

import sqlite3

import pytest

from kiosk.buffer.transaction import Transaction, has_no_room, is_damage, is_full


@pytest.fixture
def conn(tmp_path):
    conn = sqlite3.connect(tmp_path / "one.db", isolation_level=None)
    conn.execute("CREATE TABLE things (name)")
    yield conn
    conn.close()


def insert_and_stop(conn):
    with Transaction(conn):
        conn.execute("INSERT INTO things VALUES (1)")
        raise ValueError("stop")


def test_what_raises_inside_leaves_nothing(conn):
    with pytest.raises(ValueError, match="stop"):
        insert_and_stop(conn)
    assert conn.execute("SELECT count(*) FROM things").fetchone() == (0,)
    with Transaction(conn):
        conn.execute("INSERT INTO things VALUES (2)")
    assert conn.execute("SELECT name FROM things").fetchall() == [(2,)]


def test_a_full_file_is_full_and_no_damage(conn):
    conn.execute("PRAGMA max_page_count=2")
    with pytest.raises(sqlite3.OperationalError) as raised, Transaction(conn):
        conn.execute("INSERT INTO things VALUES (zeroblob(99999))")
    assert is_full(raised.value)
    assert not is_damage(raised.value)
    assert not conn.in_transaction


def test_a_file_that_is_no_database_is_damage(tmp_path):
    (tmp_path / "two.db").write_bytes(b"no database, and long enough to be read as one" * 99)
    conn = sqlite3.connect(tmp_path / "two.db")
    with pytest.raises(sqlite3.DatabaseError) as raised:
        conn.execute("SELECT 1 FROM sqlite_master").fetchall()
    conn.close()
    assert is_damage(raised.value)
    assert not is_full(raised.value)
    assert not is_full(OSError(28, "No space left on device"))
    assert has_no_room(OSError(28, "No space left on device"))
    assert not has_no_room(OSError(5, "Input/output error"))
